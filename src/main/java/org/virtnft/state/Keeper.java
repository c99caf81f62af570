package org.virtnft.state;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.virtnft.network.Printable;
import org.virtnft.ruleset.TableName;

/**
 * Whose the table in the kernel is: its comment names the state directory that keeps it, so that no other one replaces it and takes the
 * protection of its networks away. A table's comment is set when the table is made; nft cannot change it later (1.0.6 to 1.1.3).
 *
 * @param comment "" of a table without: one of virt-nft 0.1.0, or the stand-in after a flush
 */
public record Keeper(String comment) {

    /** The kernel takes 128 bytes (NFTNL_UDATA_COMMENT_MAXLEN of libnftnl). */
    private static final int LONGEST = 120;

    private static final String DIGEST = "sha256:";

    /** The comment for a directory's tables. */
    public static Keeper of(StateDirectory state) {
        StringBuilder text = new StringBuilder();
        for (byte each : state.canonical().toString().getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (each & 0xff);
            boolean safe = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || "/._-".indexOf(c) >= 0;
            // nft knows no escape inside its quotes
            text.append(safe ? String.valueOf(c) : String.format("%%%02x", each & 0xff));
        }
        return new Keeper(text.length() <= LONGEST ? text.toString() : DIGEST + sha256(text.toString()));
    }

    private static String sha256(String text) {
        try {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }

    /** Whether a directory may change the table: its own, or, for the default directory, one that nobody keeps any more. */
    public boolean lets(StateDirectory state) {
        return equals(of(state)) || isByAnotherName(state) || (state.isDefault() && isNobody());
    }

    /** Somebody moved the directory and left a link, for example. */
    private boolean isByAnotherName(StateDirectory state) {
        return comment.startsWith("/")
                && new StateDirectory(Path.of(directory())).canonical().equals(state.canonical());
    }

    private boolean isNobody() {
        if (comment.isEmpty()) {
            return true;
        }
        return comment.startsWith("/") && !Files.exists(Path.of(directory()));
    }

    private String directory() {
        return URLDecoder.decode(comment.replace("+", "%2b"), StandardCharsets.UTF_8);
    }

    /** Why a directory may not. */
    public String refusal(StateDirectory state, TableName name) {
        String table = "the table " + name + " in this network namespace ";
        if (comment.isEmpty()) {
            return table + "does not say whose it is, so only the state in " + StateDirectory.DEFAULT
                    + " may change it: go without --state-dir, or take it out by 'nft delete table " + name + "'";
        }
        if (comment.startsWith(DIGEST)) {
            return table + "is kept by the state in another directory, whose name is too long for it, not in "
                    + state.path() + ": say that --state-dir, or, if nobody needs that table,"
                    + " 'nft delete table " + name + "'";
        }
        String whose = escaped(directory());
        return table + "is kept by the state in " + whose + ", not in " + state.path() + ": say --state-dir " + whose
                + ", or take that table out first ('virt-nft remove --all --state-dir " + whose + "')";
    }

    /** As a shell takes it. */
    private static String escaped(String directory) {
        return Printable.printable(directory, 256).replaceAll("[^A-Za-z0-9/._+,:@%\\-\\u0080-\\uffff]", "\\\\$0");
    }
}
