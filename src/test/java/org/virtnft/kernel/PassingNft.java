package org.virtnft.kernel;

import java.nio.file.Path;
import org.virtnft.ruleset.TableName;

/** Another one, for a test to change one of its answers. */
public abstract class PassingNft implements Nft {

    private final Nft real;

    protected PassingNft(Nft real) {
        this.real = real;
    }

    @Override
    public Answer run(Path script) {
        return real.run(script);
    }

    @Override
    public Answer tryOut(Path script) {
        return real.tryOut(script);
    }

    @Override
    public Answer ask(String commands) {
        return real.ask(commands);
    }

    @Override
    public Answer list(TableName table) {
        return real.list(table);
    }
}
