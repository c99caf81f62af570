package org.virtnft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.virtnft.launcher.Program;

/**
 * The schema of {@code --json}, and whether a document is as it says. As much of JSON Schema as the schema uses; what it does not know
 * is an error. Stricter in one thing: a document has no field that the schema does not name.
 */
public final class JsonSchema {

    static final Path FILE = Program.basedir().resolve("src/site/resources/virt-nft.schema.json");

    private static final Set<String> SAY_NOTHING = Set.of("$schema", "$id", "$defs", "title", "description");

    private final JsonObject root;

    JsonSchema(JsonObject root) {
        this.root = root;
    }

    static JsonSchema ours() {
        try {
            return new JsonSchema(object(Files.readString(FILE)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a command printed, which must be one document and as the schema says. */
    public static JsonObject document(String printed) {
        JsonObject document = object(printed);
        assertEquals(List.of(), ours().errors(document), printed);
        return document;
    }

    /** What a document of a changing command says of a network. */
    public static JsonObject network(JsonObject document, String name) {
        for (JsonElement each : document.getAsJsonArray("networks")) {
            if (each.getAsJsonObject().get("name").getAsString().equals(name)) {
                return each.getAsJsonObject();
            }
        }
        throw new AssertionError("no network " + name + " in " + document);
    }

    /** What became of it. */
    public static String result(JsonObject document, String name) {
        return network(document, name).get("result").getAsString();
    }

    static JsonObject object(String text) {
        return JsonParser.parseString(text).getAsJsonObject();
    }

    /** What is wrong with a document. */
    List<String> errors(JsonElement document) {
        return errors(root, document, "");
    }

    JsonObject definition(String name) {
        return root.getAsJsonObject("$defs").getAsJsonObject(name);
    }

    private List<String> errors(JsonObject schema, JsonElement value, String at) {
        List<String> errors = new ArrayList<>();
        for (String keyword : schema.keySet()) {
            JsonElement says = schema.get(keyword);
            switch (keyword) {
                case "$ref" ->
                    errors.addAll(errors(definition(says.getAsString().replaceFirst("^#/\\$defs/", "")), value, at));
                case "oneOf" -> {
                    List<List<String>> each = new ArrayList<>();
                    says.getAsJsonArray().forEach(one -> each.add(errors(one.getAsJsonObject(), value, at)));
                    long fitting = each.stream().filter(List::isEmpty).count();
                    if (fitting != 1) {
                        errors.add(at + " fits " + fitting + " of oneOf: " + each);
                    }
                }
                case "type" -> {
                    if (!is(says.getAsString(), value)) {
                        errors.add(at + " is no " + says.getAsString());
                    }
                }
                case "const" -> {
                    if (!says.equals(value)) {
                        errors.add(at + " is not " + says);
                    }
                }
                case "enum" -> {
                    if (!says.getAsJsonArray().contains(value)) {
                        errors.add(at + " is none of " + says + ": " + value);
                    }
                }
                case "minimum" -> {
                    if (value.getAsBigDecimal().compareTo(says.getAsBigDecimal()) < 0) {
                        errors.add(at + " is less than " + says);
                    }
                }
                case "items" -> {
                    for (int i = 0;
                            value.isJsonArray() && i < value.getAsJsonArray().size();
                            i++) {
                        errors.addAll(errors(
                                says.getAsJsonObject(), value.getAsJsonArray().get(i), at + "/" + i));
                    }
                }
                case "required" ->
                    says.getAsJsonArray().forEach(name -> {
                        if (value.isJsonObject() && !value.getAsJsonObject().has(name.getAsString())) {
                            errors.add(at + " has no " + name);
                        }
                    });
                case "properties" -> {
                    if (value.isJsonObject()) {
                        value.getAsJsonObject().entrySet().forEach(field -> {
                            JsonElement ofField = says.getAsJsonObject().get(field.getKey());
                            errors.addAll(
                                    ofField == null
                                            ? List.of(at + "/" + field.getKey() + " is not in the schema")
                                            : errors(
                                                    ofField.getAsJsonObject(),
                                                    field.getValue(),
                                                    at + "/" + field.getKey()));
                        });
                    }
                }
                default -> {
                    if (!SAY_NOTHING.contains(keyword)) {
                        errors.add("the schema says something that is not understood here: " + keyword);
                    }
                }
            }
        }
        return errors;
    }

    private static boolean is(String type, JsonElement value) {
        return switch (type) {
            case "object" -> value.isJsonObject();
            case "array" -> value.isJsonArray();
            case "string" ->
                value.isJsonPrimitive() && value.getAsJsonPrimitive().isString();
            case "boolean" ->
                value.isJsonPrimitive() && value.getAsJsonPrimitive().isBoolean();
            case "number" ->
                value.isJsonPrimitive() && value.getAsJsonPrimitive().isNumber();
            case "integer" ->
                is("number", value)
                        && value.getAsBigDecimal().stripTrailingZeros().scale() <= 0;
            default -> false;
        };
    }
}
