package org.virtnft.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Whether others than root, or who runs this, can change what is about to be believed or run. Looks, and changes nothing. */
public final class Trust {

    private Trust() {}

    /**
     * What others can change of a file or folder and of the folders above it.
     *
     * @param root where those begin
     * @return what it is and the command that helps; empty when there is nothing, or no such path
     * @throws IOException when it cannot be looked at
     */
    public static Optional<String> doubt(Path root, Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        Optional<String> found = onTheWay(root, path);
        // Behind links too: that is where the kernel goes.
        return found.isPresent() || !Files.exists(path) ? found : onTheWay(root.toRealPath(), path.toRealPath());
    }

    private static Optional<String> onTheWay(Path root, Path path) throws IOException {
        Optional<String> found = Optional.empty();
        for (Path part = path; part != null && found.isEmpty(); part = part.equals(root) ? null : part.getParent()) {
            // In a sticky folder (/tmp) others cannot take the place of what is root's.
            found = ofOne(part, !part.equals(path));
        }
        return found;
    }

    /**
     * The same of a folder and all that is in it.
     *
     * @throws IOException when it cannot be looked at
     */
    public static Optional<String> doubtWithin(Path root, Path folder) throws IOException {
        Optional<String> found = doubt(root, folder);
        if (found.isPresent() || !Files.isDirectory(folder)) {
            return found;
        }
        List<Path> all;
        try (Stream<Path> walk = Files.walk(folder)) {
            all = walk.toList();
        }
        for (Path each : all) {
            found = ofOne(each, false);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private static Optional<String> ofOne(Path path, boolean mayBeSticky) throws IOException {
        FileOwner owner;
        try {
            owner = FileOwner.of(path, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        if (!owner.isOurs()) {
            String option = owner.isLink() ? "-h " : "";
            return Optional.of(path + " belongs to user " + owner.uid() + ", and not to root: run 'chown " + option
                    + "root " + path + "'");
        }
        boolean open = owner.isWritableByOthers() && !owner.isLink() && !(mayBeSticky && owner.isSticky());
        return open
                ? Optional.of(path + " can be changed by others than root (mode " + owner.permissions()
                        + "): run 'chmod go-w " + path + "'")
                : Optional.empty();
    }
}
