package org.virtnft.state;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** The trial that is open, or the last one, as it is written down. */
public final class TrialRecord {

    private final Path directory;

    TrialRecord(Path directory) {
        this.directory = directory;
    }

    /** The trial that is open, or the last one. */
    public Optional<Trial> read() {
        Path file = directory.resolve("try");
        try {
            return Optional.of(TrialFile.read(Files.readString(file)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (CharacterCodingException | IllegalArgumentException e) {
            throw StateFiles.damaged(file, e);
        } catch (IOException e) {
            throw StateFiles.unreadable(file, e);
        }
    }

    /** Writes down a trial, in the place of the last one. Under the lock. */
    public void write(Trial trial) {
        StateFiles.replace(directory.resolve("try"), TrialFile.write(trial));
    }

    /** For what the process says that waits for a trial's end. */
    public Path log() {
        return directory.resolve("try.log");
    }
}
