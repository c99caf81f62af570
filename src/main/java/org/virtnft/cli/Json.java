package org.virtnft.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.math.BigInteger;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.virtnft.definitions.DefinedNetwork;
import org.virtnft.doctor.Finding;
import org.virtnft.host.Check;
import org.virtnft.network.NetworkDefinition;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.report.DefinitionText;
import org.virtnft.report.Difference;
import org.virtnft.report.NetworkOutcome;
import org.virtnft.report.NetworkStatus;
import org.virtnft.report.Outcome;
import org.virtnft.report.Status;
import org.virtnft.ruleset.Count;
import org.virtnft.xml.Problem;
import org.virtnft.xml.Reading;

/** The one writer of {@code --json}: records in, one document out. The guide's schema says what is in it, and a test holds both together. */
final class Json {

    /** Of the schema. A field that comes is no new version; one that goes, moves or means something else is. */
    static final int VERSION = 1;

    private static final Gson GSON =
            new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    private Json() {}

    static String status(Status status) {
        JsonObject document = document("status");
        document.add("networks", array(status.networks(), Json::network));
        document.add("remarks", array(status.remarks()));
        return text(document);
    }

    static String diff(List<Difference> differences, List<String> remarks) {
        JsonObject document = document("diff");
        document.addProperty("different", !differences.isEmpty());
        document.add("differences", array(differences, Json::difference));
        document.add("remarks", array(remarks));
        return text(document);
    }

    static String check(List<DefinedNetwork> networks) {
        JsonObject document = document("check");
        document.add("networks", array(networks, Json::checked));
        return text(document);
    }

    static String doctor(List<Finding> findings) {
        JsonObject document = document("doctor");
        document.add("findings", array(findings, Json::finding));
        return text(document);
    }

    /** Of a command that changes something. */
    static String outcome(String command, Outcome outcome) {
        JsonObject document = document(command);
        document.addProperty("changed", outcome.changed());
        document.addProperty("dryRun", outcome.dryRun());
        document.add("networks", array(outcome.networks(), Json::network));
        document.add("checks", array(outcome.checks(), Json::check));
        document.add("findings", array(outcome.findings(), Json::finding));
        document.add("remarks", array(outcome.remarks()));
        if (!outcome.script().isEmpty()) {
            document.addProperty("script", outcome.script());
        }
        if (!outcome.errors().isEmpty()) {
            document.add("error", array(outcome.errors()));
        }
        return text(document);
    }

    /** Of a command that only looks, and could not find it out. */
    static String failure(String command, List<String> messages) {
        JsonObject document = document(command);
        document.add("error", array(messages));
        return text(document);
    }

    private static JsonObject document(String command) {
        JsonObject document = new JsonObject();
        document.addProperty("version", VERSION);
        document.addProperty("command", command);
        return document;
    }

    private static String text(JsonObject document) {
        return GSON.toJson(document);
    }

    private static JsonArray array(List<String> texts) {
        JsonArray array = new JsonArray();
        texts.forEach(array::add);
        return array;
    }

    private static <T> JsonArray array(Collection<T> records, Function<T, JsonElement> writer) {
        JsonArray array = new JsonArray();
        records.forEach(each -> array.add(writer.apply(each)));
        return array;
    }

    private static JsonObject network(NetworkStatus network) {
        JsonObject object = new JsonObject();
        object.addProperty("name", network.name());
        object.addProperty("bridge", network.bridge());
        object.addProperty("mode", network.mode());
        object.addProperty("shape", network.shape());
        object.addProperty("source", network.source());
        object.addProperty("state", network.state().word());
        object.addProperty("link", network.linkWord());
        network.since().ifPresent(since -> object.addProperty("since", since.toString()));
        network.traffic().ifPresent(traffic -> {
            object.add("sent", count(traffic.received()));
            object.add("got", count(traffic.sent()));
        });
        network.refused().ifPresent(refused -> object.add("refused", count(refused)));
        return object;
    }

    private static JsonObject network(NetworkOutcome network) {
        JsonObject object = new JsonObject();
        object.addProperty("name", network.name());
        object.addProperty("result", network.became().word());
        object.addProperty("bridge", network.bridge());
        object.addProperty("mode", network.mode());
        object.addProperty("shape", network.shape());
        if (!network.why().isEmpty()) {
            object.addProperty("why", network.why());
        }
        network.paused().ifPresent(time -> object.addProperty("pausedSeconds", time.toMillis() / 1000.0));
        if (!network.differences().isEmpty()) {
            object.add("differences", array(network.differences()));
        }
        object.add("problems", array(network.problems(), Json::problem));
        object.add("remarks", array(network.remarks()));
        return object;
    }

    private static JsonObject check(Check check) {
        JsonObject object = new JsonObject();
        object.addProperty(
                "result",
                switch (check.result()) {
                    case GOOD -> "ok";
                    case NOTE -> "note";
                    case FAILED -> "failed";
                });
        object.addProperty("text", check.text());
        return object;
    }

    private static JsonObject count(Count count) {
        JsonObject object = new JsonObject();
        object.addProperty("packets", new BigInteger(Long.toUnsignedString(count.packets())));
        object.addProperty("bytes", new BigInteger(Long.toUnsignedString(count.bytes())));
        return object;
    }

    private static JsonObject difference(Difference difference) {
        JsonObject object = new JsonObject();
        object.addProperty("kind", difference.kind().name().toLowerCase(Locale.ROOT));
        object.addProperty("network", difference.network());
        object.add("missing", array(ofSign(difference, "-")));
        object.add("extra", array(ofSign(difference, "+")));
        object.addProperty("remark", difference.remark());
        return object;
    }

    private static List<String> ofSign(Difference difference, String sign) {
        return difference.lines().stream()
                .filter(line -> line.startsWith(sign))
                .map(line -> line.substring(1).strip())
                .toList();
    }

    private static JsonObject checked(DefinedNetwork each) {
        JsonObject object = new JsonObject();
        Reading reading = each.reading();
        object.addProperty("given", each.given());
        reading.name().ifPresent(name -> object.addProperty("name", name));
        Optional<NetworkDefinition> definition = reading.network();
        if (definition.isPresent()) {
            object.addProperty("mode", reading.mode());
            object.add("meaning", array(DefinitionText.of(definition.get())));
        }
        if (definition.orElse(null) instanceof VirtualNetwork network) {
            object.addProperty("mode", network.forward().mode());
            object.addProperty("shape", network.shape().word());
            object.addProperty("bridge", network.bridge().value());
        }
        object.addProperty(
                "valid",
                reading.errors().isEmpty()
                        && each.loss().isEmpty()
                        && !each.next().faulty());
        if (!each.loss().isEmpty()) {
            object.addProperty("loss", each.loss());
        }
        if (!each.next().remark().isEmpty()) {
            object.addProperty("nextStart", each.next().remark());
        }
        object.add("problems", array(reading.problems(), Json::problem));
        return object;
    }

    private static JsonObject problem(Problem problem) {
        JsonObject object = new JsonObject();
        object.addProperty("severity", problem.isError() ? "error" : "warning");
        object.addProperty("source", problem.source());
        object.addProperty("line", problem.line());
        object.addProperty("element", problem.element());
        object.addProperty("message", problem.message());
        object.addProperty("remedy", problem.remedy());
        return object;
    }

    private static JsonObject finding(Finding finding) {
        JsonObject object = new JsonObject();
        object.addProperty(
                "severity",
                switch (finding.severity()) {
                    case PROBLEM -> "problem";
                    case ONCE_ADOPTED -> "once adopted";
                    case NOTE -> "note";
                });
        object.addProperty("subject", finding.subject());
        object.addProperty("message", finding.message());
        object.addProperty("table", finding.place().table());
        object.addProperty("chain", finding.place().chain());
        object.addProperty("rule", finding.place().rule());
        object.add(
                "fix",
                array(finding.steps().stream()
                        .map(step -> FindingText.shell(step.command()))
                        .toList()));
        object.add(
                "undo",
                array(finding.steps().stream()
                        .filter(step -> !step.undo().isEmpty())
                        .map(step -> FindingText.shell(step.undo()))
                        .toList()));
        object.addProperty("remedy", finding.remedy());
        return object;
    }
}
