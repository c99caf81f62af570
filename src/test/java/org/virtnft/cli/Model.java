package org.virtnft.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The commands as picocli knows them: what man pages and completion must agree with. */
final class Model {

    private Model() {}

    static CommandSpec main() {
        return new CommandLine(
                        Main.class,
                        new CommandFactory(Surroundings.ofThisHost(Begun.unwatched(), Progress.unwatched())))
                .getCommandSpec();
    }

    /** The commands by name, in the order of the help. */
    static Map<String, CommandSpec> commands() {
        Map<String, CommandSpec> commands = new LinkedHashMap<>();
        main().subcommands().forEach((name, command) -> commands.put(name, command.getCommandSpec()));
        return commands;
    }

    /** What a person may type, in the order of its longest names. */
    static List<OptionSpec> options(CommandSpec command) {
        List<OptionSpec> options = new ArrayList<>(command.options());
        options.removeIf(OptionSpec::hidden);
        options.sort(Comparator.comparing(
                option -> option.longestName().replaceFirst("^-+", ""), String.CASE_INSENSITIVE_ORDER));
        return options;
    }

    /** Short ones first. */
    static List<String> names(OptionSpec option) {
        List<String> names = new ArrayList<>(List.of(option.names()));
        names.sort(Comparator.comparingInt(String::length));
        return names;
    }

    static boolean takesValue(OptionSpec option) {
        return option.arity().max() > 0;
    }

    /** The label of the operands; "" for a command that has none, or that nobody types. */
    static String operand(CommandSpec command) {
        return command.positionalParameters().stream()
                .map(CommandLine.Model.ArgSpec::paramLabel)
                .filter(label -> label.indexOf(' ') < 0)
                .findFirst()
                .orElse("");
    }

    static String sentences(String... description) {
        return String.join(" ", Arrays.asList(description));
    }
}
