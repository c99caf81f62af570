package org.virtnft.kernel;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.virtnft.transaction.Aftermath;

/** Tables in memory, by {@link FakeNft}: no root, no namespace, no connections. */
public final class FakeKernel implements TestKernel {

    private final FakeNft nft = new FakeNft();
    private final Set<String> bridges = new HashSet<>();

    @Override
    public Nft library() {
        return nft;
    }

    @Override
    public Aftermath flowsEnd() {
        return (before, after, mended) -> {};
    }

    @Override
    public boolean hasInterface(String name) {
        return bridges.contains(name);
    }

    @Override
    public void addBridge(String name) {
        bridges.add(name);
    }

    @Override
    public void removeBridge(String name) {
        bridges.remove(name);
    }

    @Override
    public <T> T inside(Callable<T> work) {
        try {
            return work.call();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public String nft(String... arguments) {
        List<String> words = List.of(arguments);
        boolean handles = words.get(0).equals("-a");
        return said(nft.ask(String.join(" ", handles ? words.subList(1, words.size()) : words), handles));
    }

    @Override
    public void load(String script) {
        said(nft.ask(script));
    }

    @Override
    public String ruleset() {
        return said(nft.ask("list ruleset"));
    }

    private static String said(Nft.Answer answer) {
        if (!answer.ok()) {
            throw new AssertionError(answer.errors());
        }
        return answer.output();
    }

    @Override
    public void close() {}
}
