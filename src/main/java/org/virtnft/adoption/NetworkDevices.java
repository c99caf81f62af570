package org.virtnft.adoption;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.virtnft.host.HostFiles;
import org.virtnft.host.ProgramException;

/** What the kernel tells of network devices in /sys, where any of them may go at any moment. */
final class NetworkDevices {

    private final HostFiles files;

    NetworkDevices(HostFiles files) {
        this.files = files;
    }

    boolean has(String device) {
        return Files.exists(files.networkDevices().resolve(device));
    }

    boolean has(String device, String file) {
        return Files.exists(path(device, file));
    }

    Path path(String device, String file) {
        return files.networkDevices().resolve(device).resolve(file);
    }

    List<String> names(String device, String folder) {
        Path path = path(device, folder);
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
            entries.forEach(entry -> names.add(String.valueOf(entry.getFileName())));
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        } catch (IOException e) {
            throw new ProgramException(path + " cannot be read: " + e, e);
        }
        names.sort(null);
        return names;
    }

    /** "" when it cannot be read: it went, or its kernel has no such setting. */
    String read(String device, String file) {
        try {
            return Files.readString(path(device, file)).strip();
        } catch (IOException e) {
            return "";
        }
    }

    void write(String device, String file, String value) {
        Path path = path(device, file);
        try {
            Files.writeString(path, value + "\n");
        } catch (IOException e) {
            if (Files.exists(path)) {
                throw new ProgramException(path + " cannot be set to " + value + ": " + e, e);
            }
        }
    }

    static Set<PosixFilePermission> permissions(Path file) {
        try {
            return Files.getPosixFilePermissions(file);
        } catch (IOException e) {
            return Set.of();
        }
    }
}
