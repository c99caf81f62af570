package org.virtnft.report;

import java.time.Instant;
import java.util.Optional;
import org.virtnft.kernel.Interfaces;
import org.virtnft.network.Shape;
import org.virtnft.ruleset.Count;
import org.virtnft.state.Source;

/**
 * A network as {@code status} and {@code metrics} tell of it.
 *
 * @param bridge "" when it is not known
 * @param mode "" when it is not known
 * @param shape companion or owner; "" when nothing of it is applied
 * @param source libvirt, file or unknown
 * @param since when it was applied as it is now
 * @param link what the bridge is ready for
 * @param traffic the bridge's own statistics
 * @param refused what was refused, where the kernel has the network's counter
 */
public record NetworkStatus(
        String name,
        String bridge,
        String mode,
        String shape,
        String source,
        State state,
        Optional<Instant> since,
        Optional<Interfaces.Condition> link,
        Optional<Interfaces.Traffic> traffic,
        Optional<Count> refused) {

    /** What has become of it. */
    public enum State {
        APPLIED("applied"),
        /** The kernel's table is another one. */
        NOT_AS_APPLIED("not as applied"),
        /** The kernel could not be asked. */
        UNKNOWN("unknown"),
        BLOCKED("blocked"),
        /** A companion that was started without us. */
        FAILED("failed"),
        NOT_APPLIED("not applied"),
        /** A companion that enable or an administrator left to libvirt's own rules. */
        LEFT("left"),
        /** Its mode has nothing to enforce. */
        NO_RULES("no rules");

        private final String word;

        State(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }
    }

    /** Whether nobody knows whose its elements are. */
    public boolean isUnknown() {
        return source.equals(Source.UNKNOWN.word());
    }

    /** Whether a person means it by this word. */
    public boolean isCalled(String word) {
        return isUnknown() ? bridge.equals(word) : name.equals(word);
    }

    /** Whether it is as it should be: its rules are in force, and its bridge is there and up. What has no rules of ours is left out. */
    public boolean isInOrder() {
        return switch (state) {
            case BLOCKED, FAILED, NOT_AS_APPLIED -> false;
            case UNKNOWN, NO_RULES, LEFT -> true;
            // a companion has libvirt's rules
            case NOT_APPLIED -> !shape.equals(Shape.OWNER.word());
            case APPLIED -> {
                boolean gone = link.filter(found -> found == Interfaces.Condition.MISSING)
                        .isPresent();
                boolean down =
                        link.filter(found -> found == Interfaces.Condition.DOWN).isPresent();
                // the bridge of a network that came from a file is somebody else's to make
                yield !down && !(gone && source.equals(Source.LIBVIRT.word()));
            }
        };
    }

    /** In the words of {@code status}; "" when it is not known. */
    public String linkWord() {
        return link.map(condition -> switch (condition) {
                    case MISSING -> "missing";
                    case DOWN -> "down";
                    case IDLE -> "no guest";
                    case UP -> "up";
                })
                .orElse("");
    }
}
