package org.virtnft.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;

/** Standard output, which remembers why what was printed did not get there: a full disk, for example. */
final class Output extends FilterOutputStream {

    private Optional<IOException> failure = Optional.empty();

    Output(OutputStream to) {
        super(to);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            out.write(bytes, offset, length);
        } catch (IOException e) {
            failure = failure.or(() -> Optional.of(e));
            throw e;
        }
    }

    /** Why something was lost; a reader that has seen enough, as head has, is no loss. */
    Optional<String> loss() {
        return failure.map(e -> "" + e.getMessage()).filter(why -> !why.contains("Broken pipe"));
    }
}
