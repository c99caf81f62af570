package org.virtnft.report;

import java.util.List;
import org.virtnft.doctor.Finding;
import org.virtnft.host.Check;

/**
 * What a command did that changes something.
 *
 * @param changed whether anything was changed; where a way back failed too, something may be
 * @param dryRun whether nothing was to be changed, and the networks are what they would become
 * @param checks what was found out about the host
 * @param findings what others' rules do to guests
 * @param remarks what else was said, a sentence each
 * @param script what was sent to the kernel, or would be, where that was asked for; "" where it was not, and for nothing
 * @param errors why it failed; empty when it did not
 */
public record Outcome(
        boolean changed,
        boolean dryRun,
        List<NetworkOutcome> networks,
        List<Check> checks,
        List<Finding> findings,
        List<String> remarks,
        String script,
        List<String> errors) {

    public Outcome {
        networks = List.copyOf(networks);
        checks = List.copyOf(checks);
        findings = List.copyOf(findings);
        remarks = List.copyOf(remarks);
        errors = List.copyOf(errors);
    }
}
