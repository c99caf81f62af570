package org.virtnft.cli;

import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The completion scripts start no Java, so they hold the commands and options themselves: those of picocli, see {@link Blocks}. */
class CompletionTest {

    private static final Path BASH = Path.of("src/main/completion/virt-nft");
    private static final Path ZSH = Path.of("src/main/completion/_virt-nft");

    @Test
    void bashKnowsTheCommandsAndTheirOptions() {
        Blocks.compare(
                BASH,
                "commands",
                "    commands=(" + String.join(" ", Model.commands().keySet()) + ")\n");
        Blocks.compare(BASH, "options", bashOptions(withMain()));
    }

    @Test
    void zshKnowsTheCommandsAndTheirOptions() {
        Blocks.compare(ZSH, "commands", zshCommands());
        Blocks.compare(ZSH, "options", zshOptions(withMain()));
    }

    /** The control of these comparisons. */
    @Test
    void anOptionMoreIsSeen() {
        Map<String, CommandSpec> commands = withMain();
        commands.values()
                .iterator()
                .next()
                .addOption(OptionSpec.builder("--frobnicate").build());

        assertNotEquals(bashOptions(commands), Blocks.block(BASH, "options"));
        assertNotEquals(zshOptions(commands), Blocks.block(ZSH, "options"));
    }

    @AfterAll
    static void neverPassesWhenItRewrites() {
        Blocks.neverPassWhenRewriting();
    }

    /** virt-nft itself goes under the name "". */
    private static Map<String, CommandSpec> withMain() {
        Map<String, CommandSpec> commands = new LinkedHashMap<>();
        commands.put("", Model.main());
        commands.putAll(Model.commands());
        return commands;
    }

    private static String bashOptions(Map<String, CommandSpec> commands) {
        StringBuilder cases = new StringBuilder();
        commands.forEach((name, command) -> {
            List<String> options = new ArrayList<>();
            for (OptionSpec option : Model.options(command)) {
                String value = Model.takesValue(option) ? "=" + option.paramLabel() : "";
                Model.names(option).forEach(each -> options.add(each + value));
            }
            cases.append("        ").append(name.isEmpty() ? "''" : name).append(")\n");
            cases.append("            options=(")
                    .append(String.join(" ", options))
                    .append(")\n");
            cases.append("            operand=")
                    .append(quoted(Model.operand(command)))
                    .append("\n");
            cases.append("            ;;\n");
        });
        return cases.toString();
    }

    private static String zshCommands() {
        StringBuilder list = new StringBuilder();
        Model.commands().forEach((name, command) -> {
            String[] description = command.usageMessage().description();
            list.append("        ")
                    .append(quoted(name + ":" + description[0].replaceFirst("\\.$", "")))
                    .append("\n");
        });
        return list.toString();
    }

    private static String zshOptions(Map<String, CommandSpec> commands) {
        StringBuilder cases = new StringBuilder();
        commands.forEach((name, command) -> {
            cases.append("        (").append(name.isEmpty() ? "''" : name).append(")\n            arguments=(\n");
            for (OptionSpec option : Model.options(command)) {
                for (String each : Model.names(option)) {
                    cases.append("                ")
                            .append(quoted(zshOption(option, each)))
                            .append("\n");
                }
            }
            String operand = Model.operand(command);
            if (!operand.isEmpty()) {
                cases.append("                ")
                        .append(quoted("*:" + operand + ":" + zshAction(operand)))
                        .append("\n");
            }
            cases.append("            )\n            ;;\n");
        });
        return cases.toString();
    }

    /** {@code (-h --help)-h[description]}, {@code *--connect=[description]:URI:action}. */
    private static String zshOption(OptionSpec option, String name) {
        List<String> names = Model.names(option);
        String excludes = names.size() > 1 ? "(" + String.join(" ", names) + ")" : "";
        String repeatable = option.isMultiValue() ? "*" : "";
        boolean value = Model.takesValue(option);
        String description =
                Model.sentences(option.description()).replaceFirst("\\.$", "").replaceAll("[\\\\\\[\\]:]", "\\\\$0");
        return excludes + repeatable + name + (value && name.startsWith("--") ? "=" : "") + "[" + description + "]"
                + (value ? ":" + option.paramLabel() + ":" + zshAction(option.paramLabel()) : "");
    }

    private static String zshAction(String label) {
        return switch (label) {
            case "FILE" -> "_files";
            case "DIR" -> "_files -/";
            case "URI" -> "_virt-nft-uris";
            case "TIME" -> "_virt-nft-times";
            case "NETWORK" -> "_virt-nft-networks";
            default -> throw new AssertionError("what completes " + label + "? Say so here and in both scripts");
        };
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }
}
