package org.virtnft.libvirt;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.virtnft.launcher.Program;
import org.virtnft.launcher.Run;

/** The README and the guide as texts: the examples in them are GuideIT's. */
class GuideTest {

    /** A link or a picture; what leads to the web is not looked at. */
    private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:)([^)#]*)(?:#([^)]*))?\\)");

    private static final Pattern OURS = Pattern.compile("(\\$ )?(\\S*/)?virt-nft .*");

    /** A ruleset's line of what the benchmark of a packet prints. */
    private static final Pattern FIGURES =
            Pattern.compile("(virt-nft|libvirt)-(\\d+) +\\d+ +([0-9.]+) +\\d+ +([0-9.]+)");

    static List<GuidePage> pages() {
        return GuidePage.all();
    }

    @Test
    void theFirstPageIsShort() {
        int lines = GuidePage.readme().lines().size();
        assertTrue(lines < 120, () -> "the README has " + lines + " lines");
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyLinkLeadsSomewhere(GuidePage page) throws IOException {
        assertEquals(List.of(), broken(page));
    }

    private static List<String> broken(GuidePage page) throws IOException {
        List<String> broken = new ArrayList<>();
        for (String line : page.lines()) {
            Matcher link = LINK.matcher(line);
            while (link.find()) {
                Path target =
                        link.group(1).isEmpty() ? page.file() : page.file().resolveSibling(link.group(1));
                String heading = link.group(2);
                if (!Files.exists(target)
                        || (heading != null && !headings(GuidePage.read(target)).contains(heading))) {
                    broken.add(line);
                }
            }
        }
        return broken;
    }

    /** The names by which headings are linked to. */
    private static List<String> headings(GuidePage page) {
        return page.lines().stream()
                .filter(line -> line.startsWith("#"))
                .map(line -> line.replaceFirst("^#+ ", "")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^a-z0-9 _-]", "")
                        .replace(' ', '-'))
                .toList();
    }

    /** The control. */
    @Test
    void aBrokenLinkIsSeen() throws IOException {
        Path readme = GuidePage.readme().file();
        assertEquals(
                List.of("[b](nowhere.md)", "[c](CHANGELOG.md#nowhere)", "![e](nowhere.svg)"),
                broken(new GuidePage(
                        readme,
                        List.of(
                                "[a](CHANGELOG.md#unreleased) and [a](https://example.org/)",
                                "[b](nowhere.md)",
                                "[c](CHANGELOG.md#nowhere)",
                                "[d](#licence)",
                                "![e](nowhere.svg)"))));
    }

    /** The first page leads to all others, and to a man page for each command. */
    @Test
    void everyPageIsLinkedFromTheFirst() {
        String readme = String.join("\n", GuidePage.readme().lines());
        for (GuidePage page : pages().subList(1, pages().size())) {
            assertTrue(readme.contains("](src/site/markdown/" + page + ")"), page + " is not linked");
        }
        assertTrue(readme.contains("](src/main/man/virt-nft.8)"));
    }

    /** What is in a fence that GuideIT does not run has no command of ours, and each of ours that it runs is one that can be run. */
    @ParameterizedTest
    @MethodSource("pages")
    void noExampleIsOverlooked(GuidePage page) {
        List<String> run = page.examples().stream()
                .filter(example -> !example.isHidden())
                .map(GuidePage.Example::command)
                .filter(command -> OURS.matcher(command).matches())
                .toList();
        List<String> written = new ArrayList<>();
        boolean inside = false;
        for (String line : page.lines()) {
            if (line.startsWith("```")) {
                assertTrue(inside || line.length() > 3, page + " has a fence that does not say what is in it");
                inside = !inside;
            } else if (inside && OURS.matcher(line).matches()) {
                written.add(line.replaceFirst("^\\$ ", ""));
            }
        }
        assertFalse(inside, page + " has a fence that is not closed");
        assertEquals(written, run);
        assertAll(run.stream()
                .map(command -> () -> assertFalse(GuidePage.runnable(command).isEmpty(), command)));
    }

    /** The control: what counts as printed as shown. */
    @Test
    void whatDiffersIsSeen() {
        List<String> printed = List.of("one", "took 0.31 s", "a  b", "four");
        assertTrue(GuidePage.matches(List.of("one", "took 2.70 s", "a b", "four"), printed));
        assertTrue(GuidePage.matches(List.of("one", "…", "f…"), printed));
        assertTrue(GuidePage.matches(List.of("…"), List.of()));
        assertFalse(GuidePage.matches(List.of("one", "…", "five"), printed));
        assertFalse(GuidePage.matches(List.of("one", "took 0.31 s", "a b"), printed));
        assertFalse(GuidePage.matches(List.of("one", "took 0.31 s", "c", "four"), printed));
    }

    /** The picture is what its script draws from the run that is kept beside it, and says which run that was. */
    @Test
    void thePictureIsOfTheRunThatIsKept() throws IOException {
        Path benchmark = Program.basedir().resolve("src/benchmark/packet-cost");
        Run drawn = Program.of(benchmark.resolve("picture").toString()).run().ok();
        Path picture = Program.basedir().resolve("src/site/resources/packet-cost.svg");
        assertEquals(Files.readString(picture), drawn.out());
        String figures = Files.readString(benchmark.resolve("figures.txt"));
        assertTrue(drawn.out().contains(">" + figures.substring(0, figures.indexOf(';')) + "<"), drawn.out());
        Program.of(benchmark.resolve("picture").toString(), "/dev/null").run().ended(2);
    }

    /** The guide's figures are those of the same run. */
    @Test
    void theFiguresAreOfTheRunThatIsKept() throws IOException {
        List<String> inside = GuidePage.read(Program.basedir().resolve("src/site/markdown/inside.md"))
                .lines();
        int rows = 0;
        for (String line : Files.readAllLines(Program.basedir().resolve("src/benchmark/packet-cost/figures.txt"))) {
            Matcher row = FIGURES.matcher(line);
            if (row.matches()) {
                rows++;
                String end = " | " + row.group(3) + " | " + row.group(4) + " |";
                String networks = row.group(2) + (row.group(2).equals("1") ? " network" : " networks");
                String who = row.group(1).equals("libvirt") ? "libvirt's nftables rules" : row.group(1);
                assertTrue(inside.contains("| " + who + ", " + networks + end), line);
            }
        }
        assertEquals(8, rows);
    }
}
