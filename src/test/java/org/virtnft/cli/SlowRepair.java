package org.virtnft.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** A Java for the launcher under which the last step of applying takes its time: the program that completes DHCP checksums. */
record SlowRepair(Path folder) {

    /** A network whose DHCP answers are to be completed, in a file. */
    Path network() throws IOException {
        return Files.writeString(folder.resolve("net.xml"), """
                <network>
                  <name>net</name>
                  <metadata>
                    <nft:network xmlns:nft='http://virt-nft.org/xmlns/libvirt/network/1.0'>
                      <nft:forward mode='nat'/>
                    </nft:network>
                  </metadata>
                  <forward mode='open'/>
                  <bridge name='virbr1'/>
                  <ip address='192.168.1.1' prefix='24'><dhcp><range start='192.168.1.2' end='192.168.1.99'/></dhcp></ip>
                </network>
                """);
    }

    /** For JAVA_HOME. */
    Path javaHome(String script) throws IOException {
        Path slow = program(folder.resolve("slow"), script);
        Path home = folder.resolve("java-home");
        Files.createDirectories(home.resolve("bin"));
        program(home.resolve("bin/java"), """
                for word; do
                    shift
                    case $word in
                        -Dvirtnft.dhcpChecksums=*) word=-Dvirtnft.dhcpChecksums=%s ;;
                    esac
                    set -- "$@" "$word"
                done
                exec %s/bin/java "$@"
                """.formatted(slow, System.getProperty("java.home")));
        return home;
    }

    private static Path program(Path file, String script) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + script);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
