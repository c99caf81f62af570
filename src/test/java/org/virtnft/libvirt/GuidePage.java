package org.virtnft.libvirt;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The README or a page of the guide, with its examples. What a fence says decides what is done with its block:
 *
 * <ul>
 *   <li>{@code sh}: commands, to be read and copied. Each is run, and must succeed.
 *   <li>{@code console}: commands behind {@code $ }, each with what it prints below it; what stands ahead of the first command is what the
 *       block before has printed. A command that fails is followed by {@code $ echo $?} and its status. In a line, {@code …} is anything;
 *       a line of it alone is any number of lines.
 *   <li>any other: no command of ours.
 * </ul>
 *
 * <p>A comment {@code <!-- before: COMMAND -->} is run where it stands, so that a page finds the host that it speaks of.
 */
record GuidePage(Path file, List<String> lines) {

    private static final Path BASE = Path.of(System.getProperty("virtnft.basedir", "."));
    private static final Pattern BEFORE = Pattern.compile("<!-- before: (.*) -->");
    private static final String PROMPT = "$ ";

    /** What people do with their own hands, on a machine that a test has not. */
    private static final Pattern BY_HAND =
            Pattern.compile("(apt|apt-get|dnf|mvn|setsebool|systemctl|src/|virsh net-edit) ?.*");

    /** Of commands that a machine without a terminal cannot be asked about. */
    private static final Pattern ASKS = Pattern.compile("virt-nft (enable|disable)( --force)?");

    /**
     * Something to run.
     *
     * @param block the line of the fence that it stands in
     * @param command "" for none: the output is that of all commands of the block before
     * @param shown what it prints, where the page shows it: the page's lines from this one to that one
     */
    record Example(int block, String command, Optional<List<String>> shown, int from, int to) {

        /** It prepares the host, and no reader sees it. */
        boolean isHidden() {
            return from < 0;
        }
    }

    static GuidePage readme() {
        return read(BASE.resolve("README.md"));
    }

    /** The README and all pages of the guide. */
    static List<GuidePage> all() {
        List<GuidePage> pages = new ArrayList<>(List.of(readme()));
        try (Stream<Path> files = Files.list(BASE.resolve("src/site/markdown"))) {
            files.sorted().map(GuidePage::read).forEach(pages::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return pages;
    }

    static GuidePage read(Path file) {
        try {
            return new GuidePage(file, Files.readAllLines(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return String.valueOf(file.getFileName());
    }

    /** The commands of the first block below a heading. */
    List<String> commandsBelow(String heading) {
        int at = lines.indexOf("## " + heading);
        int start = at + lines.subList(at, lines.size()).indexOf("```sh") + 1;
        List<String> rest = lines.subList(start, lines.size());
        return rest.subList(0, rest.indexOf("```"));
    }

    /** What a reader can run of a line, as a program can: "" for what people do by hand. */
    static String runnable(String line) {
        // of what is to be installed, built and then run, the last
        String command = line.replaceFirst("^apt-get .*&& ", "").replaceFirst(" +#.*", "");
        if (BY_HAND.matcher(command).matches() || command.startsWith("#")) {
            return "";
        }
        return ASKS.matcher(command).matches() ? command + " --yes" : command;
    }

    /** All that is to be run, in order. */
    List<Example> examples() {
        List<Example> found = new ArrayList<>();
        for (int at = 0; at < lines.size(); at++) {
            Matcher before = BEFORE.matcher(lines.get(at));
            if (before.matches()) {
                found.add(new Example(at, before.group(1), Optional.empty(), -1, -1));
            } else if (lines.get(at).startsWith("```")) {
                String language = lines.get(at).substring(3);
                int end = at + 1;
                while (!lines.get(end).equals("```")) {
                    end++;
                }
                if (language.equals("sh")) {
                    for (int each = at + 1; each < end; each++) {
                        found.add(new Example(at, lines.get(each), Optional.empty(), each, each));
                    }
                } else if (language.equals("console")) {
                    console(at + 1, end, found);
                }
                at = end;
            }
        }
        return found;
    }

    private void console(int start, int end, List<Example> found) {
        int at = start;
        while (at < end) {
            // "" asks for what the block before has printed
            boolean command = lines.get(at).startsWith(PROMPT);
            int output = command ? at + 1 : at;
            int next = output;
            while (next < end && !lines.get(next).startsWith(PROMPT)) {
                next++;
            }
            found.add(new Example(
                    start - 1,
                    command ? lines.get(at).substring(PROMPT.length()) : "",
                    Optional.of(List.copyOf(lines.subList(output, next))),
                    output,
                    next));
            at = next;
        }
    }

    // ---- What is printed, and what is shown
    // ----------------------------------------------------------------------------------------

    /** Whether the shown lines are what was printed, but for what differs from run to run. */
    static boolean matches(List<String> shown, List<String> printed) {
        if (shown.isEmpty()) {
            return printed.isEmpty();
        }
        if (shown.get(0).equals("…")) {
            for (int skip = 0; skip <= printed.size(); skip++) {
                if (matches(shown.subList(1, shown.size()), printed.subList(skip, printed.size()))) {
                    return true;
                }
            }
            return false;
        }
        return !printed.isEmpty()
                && sameLine(shown.get(0), printed.get(0))
                && matches(shown.subList(1, shown.size()), printed.subList(1, printed.size()));
    }

    private static boolean sameLine(String shown, String printed) {
        String pattern = Stream.of(usual(shown).split("…", -1))
                .map(Pattern::quote)
                .reduce((a, b) -> a + ".*" + b)
                .orElse("");
        return usual(printed).matches(pattern);
    }

    /** A line without times, handles, amounts of traffic and the width of columns. */
    private static String usual(String line) {
        return line.replaceAll("\\b\\d+\\.\\d+ s\\b", "N s")
                .replaceAll("\\b\\d\\d:\\d\\d(:\\d\\d)?\\b", "HH:MM")
                .replaceAll("handle \\d+", "handle N")
                .replaceAll("^(\\S+ +\\S+ +\\S+ +(?:owner|companion)) +\\S+ +\\S+ ", "$1 N N ")
                .replaceAll("[\t ]+", " ")
                .strip();
    }
}
