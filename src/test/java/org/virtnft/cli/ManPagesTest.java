package org.virtnft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The man pages' prose is written by hand; what the commands take, and in which words, is picocli's, see {@link Blocks}. */
class ManPagesTest {

    private static final Path FOLDER = Path.of("src/main/man");
    private static final Path MAIN = FOLDER.resolve("virt-nft.8");

    /** Pages that are about no command. */
    private static final Set<String> OTHERS = Set.of("virt-nft.8", "virt-nft-network.5");

    static Set<String> commands() {
        return Model.commands().keySet();
    }

    static List<Path> pages() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.sorted().toList();
        }
    }

    @Test
    void everyCommandHasItsPageAndEveryPageItsCommand() throws IOException {
        Set<String> expected = commands().stream()
                .map(command -> page(command).getFileName().toString())
                .collect(Collectors.toCollection(TreeSet::new));
        expected.addAll(OTHERS);

        Set<String> found = pages().stream()
                .map(page -> page.getFileName().toString())
                .collect(Collectors.toCollection(TreeSet::new));

        assertEquals(expected, found);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void optionsAndOperandsOfACommand(String command) {
        Blocks.compare(page(command), "options", arguments(Model.commands().get(command)));
    }

    @Test
    void optionsAndCommandsAndExitStatusesOfTheMainPage() {
        Blocks.compare(MAIN, "options", arguments(Model.main()));
        Blocks.compare(MAIN, "commands", commandList());
        Blocks.compare(MAIN, "exit status", exitStatuses());
    }

    /** A synopsis is written by hand, for it says what goes together; nothing may be missing there. */
    @ParameterizedTest
    @MethodSource("commands")
    void theSynopsisNamesEveryOptionThatIsTheCommandsOwn(String command) {
        String synopsis = section(page(command), "SYNOPSIS");
        Set<String> everywhere = Set.of("--help", "--version", "--state-dir", "--connect");
        for (OptionSpec option : Model.options(Model.commands().get(command))) {
            String name = option.longestName();
            assertTrue(everywhere.contains(name) || synopsis.contains(flag(name)), command + ": " + name);
        }
    }

    /** The control of all these comparisons. */
    @Test
    void anOptionMoreAnotherWordOrAnotherLabelIsSeen() {
        String page = Blocks.block(page("apply"), "options");
        CommandSpec longer = Model.commands()
                .get("apply")
                .addOption(OptionSpec.builder("--frobnicate").build());
        assertNotEquals(arguments(longer), page);

        CommandSpec shorter = Model.commands().get("apply");
        shorter.remove(shorter.findOption("--all"));
        assertNotEquals(arguments(shorter), page);
    }

    @ParameterizedTest
    @MethodSource("pages")
    void aPageIsNamedAsItsFile(Path page) {
        String[] name = page.getFileName().toString().split("\\.");
        String text = Blocks.text(page);
        assertTrue(text.contains("\n.Dt " + name[0].toUpperCase(Locale.ROOT) + " " + name[1] + "\n"), page.toString());
        assertTrue(text.contains("\n.Sh NAME\n.Nm " + name[0] + "\n.Nd "), page.toString());
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyPageOfOursThatIsReferredToExists(Path page) {
        Matcher reference = Pattern.compile("Xr (virt-nft\\S*) (\\d)").matcher(Blocks.text(page));
        int found = 0;
        while (reference.find()) {
            found++;
            Path other = FOLDER.resolve(reference.group(1) + "." + reference.group(2));
            assertTrue(Files.exists(other), page + " refers to " + other);
        }
        assertTrue(found > 0, page.toString());
    }

    @AfterAll
    static void neverPassesWhenItRewrites() {
        Blocks.neverPassWhenRewriting();
    }

    private static Path page(String command) {
        return FOLDER.resolve("virt-nft-" + command + ".8");
    }

    private static String section(Path page, String heading) {
        String text = Blocks.text(page);
        int start = text.indexOf(".Sh " + heading + "\n");
        assertTrue(start > 0, page + " has no section " + heading);
        return text.substring(start, text.indexOf("\n.Sh ", start));
    }

    // ---- picocli's model as mdoc ----

    private static String arguments(CommandSpec command) {
        StringBuilder list = new StringBuilder(".Bl -tag -width Ds\n");
        for (PositionalParamSpec operand : command.positionalParameters()) {
            boolean several = operand.arity().max() > 1 && operand.paramLabel().indexOf(' ') < 0;
            list.append(".It Ar ").append(operand.paramLabel()).append(several ? " ...\n" : "\n");
            list.append(text(operand.description()));
        }
        for (OptionSpec option : Model.options(command)) {
            List<String> names = new ArrayList<>();
            Model.names(option).forEach(name -> names.add(flag(name)));
            list.append(".It ").append(String.join(" , ", names));
            list.append(Model.takesValue(option) ? " Ar " + option.paramLabel() + "\n" : "\n");
            list.append(text(option.description()));
        }
        return list.append(".El\n").toString();
    }

    private static String commandList() {
        StringBuilder list = new StringBuilder(".Bl -tag -width Ds\n");
        for (Map.Entry<String, CommandSpec> command : Model.commands().entrySet()) {
            list.append(".It Xr virt-nft-").append(command.getKey()).append(" 8\n");
            list.append(text(command.getValue().usageMessage().description()));
        }
        return list.append(".El\n").toString();
    }

    private static String exitStatuses() {
        StringBuilder list = new StringBuilder(".Bl -tag -width Ds -compact\n");
        Model.main()
                .usageMessage()
                .exitCodeList()
                .forEach((status, meaning) ->
                        list.append(".It ").append(status).append("\n").append(text(meaning)));
        return list.append(".El\n").toString();
    }

    /** {@code --all} is {@code Fl -all}, {@code -f} is {@code Fl f}. */
    private static String flag(String name) {
        return "Fl " + name.substring(1);
    }

    /** As it is, on a terminal and when it is copied from there: no typographic quotes and hyphens. A sentence a line. */
    private static String text(String... description) {
        return Model.sentences(description)
                        .replace("\\", "\\e")
                        .replace("'", "\\(aq")
                        .replaceAll("(?<![A-Za-z0-9])-", "\\\\-")
                        .replaceAll("\\. (?=[A-Z])", ".\n")
                + "\n";
    }
}
