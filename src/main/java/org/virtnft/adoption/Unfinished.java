package org.virtnft.adoption;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import org.virtnft.adoption.BridgePorts.Port;
import org.virtnft.host.DurableFile;

/**
 * What to go back to, should the command that gives networks another shape not live to its end: a file that outlives a reboot, for
 * definitions do.
 */
final class Unfinished {

    private final Path file;

    public Unfinished(Path file) {
        this.file = file;
    }

    /**
     * One network.
     *
     * @param former its definition before
     * @param next its definition then
     * @param guests who was connected when its restart began; empty as long as it did not
     */
    public record Entry(String name, String former, String next, Optional<Guests> guests) {

        public Entry restarting(Guests connected) {
            return new Entry(name, former, next, Optional.of(connected));
        }
    }

    /** Whether something was begun and not ended. */
    public boolean isPending() {
        return Files.exists(file);
    }

    /**
     * What was begun; empty when nothing was.
     *
     * @throws IOException when it cannot be read
     */
    public List<Entry> read() throws IOException {
        Properties text = new Properties();
        try (InputStream stream = Files.newInputStream(file)) {
            text.load(stream);
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IllegalArgumentException e) {
            throw new IOException(file + " is damaged", e);
        }
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; text.containsKey(i + ".name"); i++) {
            entries.add(entry(text, i + "."));
        }
        return entries;
    }

    private static Entry entry(Properties text, String prefix) {
        String name = value(text, prefix + "name");
        Optional<Guests> guests = text.containsKey(prefix + "bridge")
                ? Optional.of(new Guests(
                        name, value(text, prefix + "bridge"), interfaces(text, prefix), list(text, prefix + "port.")))
                : Optional.empty();
        return new Entry(name, value(text, prefix + "former"), value(text, prefix + "next"), guests);
    }

    private static List<Port> interfaces(Properties text, String prefix) {
        List<Port> found = new ArrayList<>();
        for (int i = 0; text.containsKey(prefix + "interface." + i + ".name"); i++) {
            String each = prefix + "interface." + i + ".";
            Map<String, String> settings = new TreeMap<>();
            for (String key : text.stringPropertyNames()) {
                if (key.startsWith(each + "setting.")) {
                    settings.put(key.substring((each + "setting.").length()), value(text, key));
                }
            }
            found.add(new Port(value(text, each + "name"), settings, list(text, each + "address.")));
        }
        return found;
    }

    private static List<String> list(Properties text, String prefix) {
        List<String> found = new ArrayList<>();
        for (int i = 0; text.containsKey(prefix + i); i++) {
            found.add(value(text, prefix + i));
        }
        return found;
    }

    private static String value(Properties text, String key) {
        return text.getProperty(key, "");
    }

    /**
     * Writes down what is begun, on the disk and not only on its way there.
     *
     * @throws IOException when that fails; what was written before is still there
     */
    public void write(List<Entry> entries) throws IOException {
        Properties text = new Properties();
        for (int i = 0; i < entries.size(); i++) {
            put(text, i + ".", entries.get(i));
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        text.store(
                bytes,
                "virt-nft: networks whose shape is being changed; 'virt-nft apply --all' goes back to what they were");
        DurableFile.replace(file, bytes.toByteArray());
    }

    private static void put(Properties text, String prefix, Entry entry) {
        text.setProperty(prefix + "name", entry.name());
        text.setProperty(prefix + "former", entry.former());
        text.setProperty(prefix + "next", entry.next());
        entry.guests().ifPresent(guests -> {
            text.setProperty(prefix + "bridge", guests.bridge());
            for (int i = 0; i < guests.interfaces().size(); i++) {
                Port port = guests.interfaces().get(i);
                String each = prefix + "interface." + i + ".";
                text.setProperty(each + "name", port.name());
                port.settings().forEach((name, value) -> text.setProperty(each + "setting." + name, value));
                put(text, each + "address.", port.addresses());
            }
            put(text, prefix + "port.", guests.ports());
        });
    }

    private static void put(Properties text, String prefix, List<String> values) {
        for (int i = 0; i < values.size(); i++) {
            text.setProperty(prefix + i, values.get(i));
        }
    }

    /**
     * Forgets it: all is done, or all is undone.
     *
     * @throws IOException when that fails
     */
    public void end() throws IOException {
        Files.deleteIfExists(file);
    }
}
