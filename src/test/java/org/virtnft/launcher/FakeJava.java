package org.virtnft.launcher;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** A JAVA_HOME whose java is a shell script, to do what a real one does once in a year. */
final class FakeJava {

    private FakeJava() {}

    static Path home(Path folder, String script) {
        program(folder.resolve("java-home/bin"), "java", script);
        return folder.resolve("java-home");
    }

    /** One that says its version, as all do since Java 9. */
    static Path home(Path folder, String version, String script) {
        Path home = home(folder, script);
        try {
            Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return home;
    }

    static Path program(Path folder, String name, String script) {
        try {
            Path file = Files.writeString(Files.createDirectories(folder).resolve(name), "#!/bin/sh\n" + script + "\n");
            return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
