package org.virtnft.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.List;
import org.virtnft.xml.Problem;

/** The {@code --json} of commands. */
final class Json {

    private static final Gson GSON =
            new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    private Json() {}

    static String text(JsonElement element) {
        return GSON.toJson(element);
    }

    static JsonArray array(List<String> texts) {
        JsonArray array = new JsonArray();
        texts.forEach(array::add);
        return array;
    }

    static JsonArray problems(List<Problem> problems) {
        JsonArray array = new JsonArray();
        for (Problem problem : problems) {
            JsonObject object = new JsonObject();
            object.addProperty("severity", problem.isError() ? "error" : "warning");
            object.addProperty("source", problem.source());
            object.addProperty("line", problem.line());
            object.addProperty("element", problem.element());
            object.addProperty("message", problem.message());
            object.addProperty("remedy", problem.remedy());
            array.add(object);
        }
        return array;
    }
}
