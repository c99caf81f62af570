package org.virtnft.state;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Companions whose start failed and that were not applied since; the launcher writes them. */
public final class FailedStarts {

    private final Path folder;

    FailedStarts(Path folder) {
        this.folder = folder;
    }

    /** All of them. */
    public List<FailedStart> all() {
        List<FailedStart> found = new ArrayList<>();
        for (String file : StateFiles.listNames(folder)) {
            record(folder.resolve(file)).ifPresent(found::add);
        }
        return found;
    }

    /** Drops the records of failed starts of these networks. */
    public void clear(Collection<String> names) {
        for (String file : StateFiles.listNames(folder)) {
            Path record = folder.resolve(file);
            if (record(record)
                    .filter(failed -> names.contains(failed.network()))
                    .isPresent()) {
                StateFiles.delete(record);
            }
        }
    }

    /** Empty when it was removed meanwhile. The shell wrote it as bytes, and a name need not be text to it. */
    private static Optional<FailedStart> record(Path record) {
        try {
            String text = new String(Files.readAllBytes(record), StandardCharsets.UTF_8);
            int end = text.indexOf('\n');
            return end < 0
                    ? Optional.empty()
                    : Optional.of(new FailedStart(
                            text.substring(0, end), text.substring(end + 1).strip()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new StateException(record + " cannot be read: " + e, e);
        }
    }
}
