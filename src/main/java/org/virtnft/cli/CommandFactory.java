package org.virtnft.cli;

import picocli.CommandLine;

/** Makes commands, and gives them what they work with. */
record CommandFactory(Surroundings surroundings) implements CommandLine.IFactory {

    @Override
    public <K> K create(Class<K> kind) throws Exception {
        try {
            return kind.getDeclaredConstructor(Surroundings.class).newInstance(surroundings);
        } catch (NoSuchMethodException e) {
            return CommandLine.defaultFactory().create(kind);
        }
    }
}
