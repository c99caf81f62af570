package org.virtnft.cli;

import java.lang.reflect.Constructor;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;

/** Makes commands: those that change something are given what tells that they have begun to, those that take long what shows it. */
record CommandFactory(Begun begun, Progress progress) implements CommandLine.IFactory {

    @Override
    public <K> K create(Class<K> kind) throws Exception {
        Map<Class<?>, Object> given = Map.of(Begun.class, begun, Progress.class, progress);
        for (Constructor<?> each : kind.getDeclaredConstructors()) {
            List<Class<?>> wanted = List.of(each.getParameterTypes());
            if (!wanted.isEmpty() && given.keySet().containsAll(wanted)) {
                return kind.cast(
                        each.newInstance(wanted.stream().map(given::get).toArray()));
            }
        }
        return CommandLine.defaultFactory().create(kind);
    }
}
