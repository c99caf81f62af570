package org.virtnft.xml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What libvirt gave a guest's port with its network goes; what the guest brought stays. */
class PortDefinitionTest {

    @Test
    void plugAndTrafficClassGoAndAllElseStays() {
        PortDefinition port = PortDefinition.of("""
                <networkport>
                  <uuid>5c6d3a52-0000-4000-8000-000000000001</uuid>
                  <owner><name>a &lt; b</name></owner>
                  <mac address='52:54:00:00:00:01'/>
                  <bandwidth classID='3'><inbound average='1' floor='20'/></bandwidth>
                  <port isolated='yes'/>
                  <plug type='network' bridge='virbr0' macTableManager='libvirt'/>
                </networkport>
                """);
        assertEquals("5c6d3a52-0000-4000-8000-000000000001", port.uuid());
        assertEquals("""
                <networkport>
                  <uuid>5c6d3a52-0000-4000-8000-000000000001</uuid>
                  <owner><name>a &lt; b</name></owner>
                  <mac address='52:54:00:00:00:01'/>
                  <bandwidth><inbound average='1' floor='20'/></bandwidth>
                  <port isolated='yes'/>
                """.stripTrailing(), port.unplugged().replaceAll("\\s*</networkport>\\s*$", ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<networkport/>", "<network><uuid>x</uuid></network>", "<!DOCTYPE a><networkport/>"})
    void anythingElseIsRefused(String xml) {
        assertThrows(IllegalArgumentException.class, () -> PortDefinition.of(xml));
    }
}
