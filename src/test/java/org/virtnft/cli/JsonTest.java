package org.virtnft.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.virtnft.cli.InProcess.virtNft;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.virtnft.doctor.Finding;
import org.virtnft.doctor.Finding.Place;
import org.virtnft.doctor.Finding.Severity;
import org.virtnft.doctor.Finding.Step;
import org.virtnft.host.Check;
import org.virtnft.kernel.Interfaces.Condition;
import org.virtnft.kernel.Interfaces.Traffic;
import org.virtnft.launcher.Program;
import org.virtnft.launcher.Run;
import org.virtnft.report.Difference;
import org.virtnft.report.NetworkOutcome;
import org.virtnft.report.NetworkOutcome.Became;
import org.virtnft.report.NetworkStatus;
import org.virtnft.report.NetworkStatus.State;
import org.virtnft.report.Outcome;
import org.virtnft.report.Status;
import org.virtnft.ruleset.Count;
import org.virtnft.xml.Problem;

/** What is printed for programs is as the schema of the guide says. What needs the kernel or libvirt is looked at by their own tests. */
class JsonTest {

    @TempDir
    Path folder;

    private static NetworkStatus network(State state, Optional<Condition> link) {
        boolean known = link.filter(found -> found != Condition.MISSING).isPresent();
        return new NetworkStatus(
                "net",
                "virbr1",
                "nat",
                "owner",
                "file",
                state,
                link.map(any -> Instant.EPOCH),
                link,
                known ? Optional.of(new Traffic(new Count(1, 2), new Count(3, -1))) : Optional.empty(),
                known ? Optional.of(new Count(5, 6)) : Optional.empty());
    }

    @Test
    void aStatus() {
        JsonObject document = JsonSchema.document(Json.status(new Status(
                List.of(
                        network(State.APPLIED, Optional.of(Condition.UP)),
                        network(State.APPLIED, Optional.of(Condition.MISSING)),
                        network(State.LEFT, Optional.empty())),
                List.of("a fault"),
                List.of("a note"),
                false)));
        JsonObject first = document.getAsJsonArray("networks").get(0).getAsJsonObject();
        assertAll(
                () -> assertEquals(1, document.get("version").getAsInt()),
                () -> assertEquals("status", document.get("command").getAsString()),
                () -> assertEquals(
                        "[\"a fault\",\"a note\"]", document.get("remarks").toString()),
                () -> assertEquals("up", first.get("link").getAsString()),
                () -> assertEquals("1970-01-01T00:00:00Z", first.get("since").getAsString()),
                () -> assertEquals(
                        "18446744073709551615",
                        first.getAsJsonObject("got").get("bytes").getAsString(),
                        "the kernel counts without a sign"));
    }

    @Test
    void differences() {
        JsonObject document = JsonSchema.document(Json.diff(
                Stream.of(Difference.Kind.values())
                        .map(kind -> new Difference(kind, "net", List.of("@@", "-a", "+ b", " c"), "why"))
                        .toList(),
                List.of()));
        JsonObject first = document.getAsJsonArray("differences").get(0).getAsJsonObject();
        assertAll(
                () -> assertTrue(document.get("different").getAsBoolean()),
                () -> assertEquals("[\"a\"]", first.get("missing").toString()),
                () -> assertEquals("[\"b\"]", first.get("extra").toString()));
        JsonSchema.document(Json.diff(List.of(), List.of("a remark")));
    }

    @Test
    void findings() {
        List<Step> steps = List.of(
                new Step(List.of("ufw", "route", "allow", "in on x"), List.of("ufw", "delete")),
                new Step(List.of("true"), List.of()));
        JsonObject document = JsonSchema.document(Json.doctor(Stream.of(Severity.values())
                .map(severity -> new Finding(severity, "net", new Place("t", "c", "r"), "message", steps, "remedy"))
                .toList()));
        JsonObject first = document.getAsJsonArray("findings").get(0).getAsJsonObject();
        assertAll(
                () -> assertEquals(
                        "[\"ufw route allow 'in on x'\",\"true\"]",
                        first.get("fix").toString()),
                () -> assertEquals("[\"ufw delete\"]", first.get("undo").toString()));
        JsonSchema.document(Json.doctor(List.of()));
    }

    private static Outcome outcome(List<NetworkOutcome> networks, String script, List<String> errors) {
        return new Outcome(
                true,
                false,
                networks,
                Stream.of(Check.Result.values())
                        .map(result -> new Check(result, "text"))
                        .toList(),
                List.of(new Finding(Severity.NOTE, "net", new Place("", "", ""), "message", List.of(), "")),
                List.of("a remark"),
                script,
                errors);
    }

    @Test
    void whatWasChanged() {
        NetworkOutcome restarted = NetworkOutcome.of("net", Became.ADOPTED)
                .pausedFor(Optional.of(Duration.ofMillis(404)))
                .saying(List.of(Problem.told("warning")), List.of("remark"));
        JsonObject document = JsonSchema.document(Json.outcome("adopt", outcome(List.of(restarted), "", List.of())));
        JsonObject network = document.getAsJsonArray("networks").get(0).getAsJsonObject();
        assertAll(
                () -> assertTrue(document.get("changed").getAsBoolean()),
                () -> assertFalse(document.get("dryRun").getAsBoolean()),
                () -> assertEquals("adopted", network.get("result").getAsString()),
                () -> assertEquals("0.404", network.get("pausedSeconds").getAsString()),
                () -> assertEquals("[\"remark\"]", network.get("remarks").toString()),
                () -> assertEquals(1, network.getAsJsonArray("problems").size()),
                () -> assertFalse(document.has("error"), "it did not fail"));

        List<NetworkOutcome> all = Stream.of(Became.values())
                .map(became -> NetworkOutcome.of("net", became).because("why").differing(List.of("-a")))
                .toList();
        JsonObject failed = JsonSchema.document(Json.outcome("try", outcome(all, "add", List.of("message"))));
        assertEquals("[\"message\"]", failed.get("error").toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "apply --json -f /none.xml",
                "try --json -f /none.xml",
                "adopt --json " + InProcess.NO_LIBVIRT + " net",
                "release --json " + InProcess.NO_LIBVIRT + " net"
            })
    void aChangeThatWasNotMadeSaysWhyAndThatNothingWasChanged(String line) {
        Run run = virtNft(line.split(" "));
        assertTrue(run.status() == 1 || run.status() == 2, run::toString);
        JsonObject document = JsonSchema.document(run.out());
        assertEquals(line.split(" ")[0], document.get("command").getAsString());
        assertFalse(document.get("changed").getAsBoolean());
        assertEquals(0, document.getAsJsonArray("networks").size());
        assertEquals(
                run.errors(),
                sentences(document.get("error"))
                        .map(message -> "virt-nft: " + message)
                        .toList());
    }

    static List<Path> definitions() throws IOException {
        try (Stream<Path> files = Files.walk(Program.basedir().resolve("test-networks"))) {
            return files.filter(file -> file.toString().endsWith(".xml"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("definitions")
    void whatACheckSays(Path definition) {
        Run run = virtNft("check", "--json", "-f", definition.toString());
        JsonObject document = JsonSchema.document(run.out());
        JsonObject network = document.getAsJsonArray("networks").get(0).getAsJsonObject();
        assertEquals(run.status() == 0, network.get("valid").getAsBoolean());
        assertEquals("", run.err());
    }

    @Test
    void oneDocumentWhenACommandFails() {
        String none = folder + "/none.xml";
        Run run = virtNft("check", "--json", InProcess.NO_LIBVIRT, "net").ended(1);
        JsonObject document = JsonSchema.document(run.out());
        assertEquals("check", document.get("command").getAsString());
        assertEquals(
                run.errors(),
                sentences(document.get("error"))
                        .map(line -> "virt-nft: " + line)
                        .toList());
        assertEquals("", virtNft("check", InProcess.NO_LIBVIRT, "net").out(), "for people, standard error is enough");
        JsonSchema.document(virtNft("diff", "--json", "-f", none).ended(2).out());
        JsonSchema.document(virtNft("doctor", "--json", "-f", none).ended(2).out());
    }

    @ParameterizedTest
    @CsvSource({
        "adopt --print --json net, '--print prints a definition: give it without --json'",
        "apply --json, 'name networks, or give -f FILE, or --all'",
        "remove --json --all net, 'name networks, or say --all'",
        "check --json, 'name networks, or give -f FILE'",
        "doctor --fix --json, '--json only looks: give it without --fix'",
    })
    void oneDocumentWhenWordsDoNotGoTogether(String line, String message) {
        Run run = virtNft(line.split(" "));
        assertEquals(2, run.status());
        assertTrue(run.err().startsWith(message + "\nUsage: virt-nft"), run.err());
        List<String> error =
                sentences(JsonSchema.document(run.out()).get("error")).toList();
        assertEquals(List.of(message), error);
    }

    @Test
    void nothingButTheUsageWhereTheWordsAreNotUnderstood() {
        Run run = virtNft("check", "--json", "--frobnicate");
        assertEquals(2, run.status());
        assertEquals("", run.out());
    }

    // ---- The schema itself ----

    @Test
    void theSchemaHasEveryWordOfTheProgramAndNoOther() {
        Set<String> states = Stream.of(State.values()).map(State::word).collect(Collectors.toCollection(TreeSet::new));
        assertEquals(states, words("networkStatus", "state"));
        Set<String> links = new TreeSet<>(Set.of(""));
        Stream.of(Condition.values())
                .map(link -> network(State.APPLIED, Optional.of(link)).linkWord())
                .forEach(links::add);
        assertEquals(links, words("networkStatus", "link"));
        Set<String> results =
                Stream.of(Became.values()).map(Became::word).collect(Collectors.toCollection(TreeSet::new));
        assertEquals(results, words("outcome", "result"));
        assertEquals(
                Json.VERSION,
                JsonSchema.ours().definition("version").get("const").getAsInt());
    }

    private static Set<String> words(String definition, String field) {
        return sentences(JsonSchema.ours()
                        .definition(definition)
                        .getAsJsonObject("properties")
                        .getAsJsonObject(field)
                        .get("enum"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Stream<String> sentences(JsonElement array) {
        return StreamSupport.stream(array.getAsJsonArray().spliterator(), false).map(JsonElement::getAsString);
    }

    /** The control of all these: each of them makes of a good document a bad one. */
    @Test
    void aDocumentThatIsNotAsTheSchemaSaysIsSeen() {
        String good = Json.status(new Status(
                List.of(network(State.APPLIED, Optional.of(Condition.UP))), List.of("a remark"), List.of(), false));
        JsonSchema.document(good);
        JsonObject network =
                JsonSchema.object(good).getAsJsonArray("networks").get(0).getAsJsonObject();
        assertAll(
                () -> assertBad(good, document -> document.remove("version")),
                () -> assertBad(good, document -> document.addProperty("version", 2)),
                () -> assertBad(good, document -> document.addProperty("version", "1")),
                () -> assertBad(good, document -> document.addProperty("command", "diff")),
                () -> assertBad(good, document -> document.remove("remarks")),
                () -> assertBad(good, document -> document.addProperty("remarks", "a remark")),
                () -> assertBad(
                        good, document -> document.getAsJsonArray("remarks").add(1)),
                () -> assertBad(good, document -> document.addProperty("more", true)),
                () -> assertBad(good, document -> document.add("networks", array(new JsonPrimitive("net")))),
                () -> assertBad(
                        good,
                        document -> document.add("networks", array(with(network, "state", new JsonPrimitive("x"))))),
                () -> assertBad(
                        good,
                        document -> document.getAsJsonArray("networks")
                                .get(0)
                                .getAsJsonObject()
                                .getAsJsonObject("sent")
                                .addProperty("packets", -1)),
                () -> assertBad(
                        good,
                        document -> document.getAsJsonArray("networks")
                                .get(0)
                                .getAsJsonObject()
                                .getAsJsonObject("sent")
                                .addProperty("packets", 1.5)));
    }

    private static void assertBad(String good, java.util.function.Consumer<JsonObject> change) {
        JsonObject document = JsonSchema.object(good);
        change.accept(document);
        assertTrue(!JsonSchema.ours().errors(document).isEmpty(), document::toString);
    }

    private static JsonArray array(JsonElement element) {
        JsonArray array = new JsonArray();
        array.add(element);
        return array;
    }

    private static JsonObject with(JsonObject object, String field, JsonElement value) {
        JsonObject other = object.deepCopy();
        other.add(field, value);
        return other;
    }
}
