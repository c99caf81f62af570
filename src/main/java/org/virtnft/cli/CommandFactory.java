package org.virtnft.cli;

import picocli.CommandLine;

/** Makes commands: those that change something are given what tells that they have begun to. */
record CommandFactory(Begun begun) implements CommandLine.IFactory {

    @Override
    public <K> K create(Class<K> kind) throws Exception {
        try {
            return kind.getDeclaredConstructor(Begun.class).newInstance(begun);
        } catch (NoSuchMethodException e) {
            return CommandLine.defaultFactory().create(kind);
        }
    }
}
