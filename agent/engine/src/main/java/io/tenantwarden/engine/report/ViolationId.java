package io.tenantwarden.engine.report;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The stable name of a violation. */
final class ViolationId {

    private static final int BYTES = 4;
    private static final char SEPARATOR = '\u0000';

    private ViolationId() {}

    /**
     * Eight hex digits over kind, class, method and fingerprint. Line numbers and the numbers that compilers and proxy generators hand out
     * are left out, so that an edit elsewhere in the file changes nothing. The same in every JVM: baselines are compared by it.
     */
    static String of(ViolationKind kind, Site site, String fingerprint) {
        String text = kind.wireName()
                + SEPARATOR
                + stableClassName(site.className())
                + SEPARATOR
                + stableMethod(site.method())
                + SEPARATOR
                + (fingerprint == null ? "" : fingerprint);
        byte[] hash = sha256().digest(text.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(hash, 0, BYTES);
    }

    /**
     * {@code Foo$$Lambda$14/0x0000000800c03000}, {@code Foo$$SpringCGLIB$$0}, {@code Foo$HibernateProxy$aB3x}, {@code $Proxy12},
     * {@code Foo$1}: without what the next compilation or the next start may change.
     */
    static String stableClassName(String className) {
        String name = className;
        int hidden = name.indexOf('/');
        if (hidden > 0) {
            name = name.substring(0, hidden);
        }
        name = name.substring(0, GeneratedNames.stableLength(name));
        return withoutNumbers(name);
    }

    /** {@code lambda$run$0}, {@code invoke$lambda-3}, {@code $anonfun$run$1}: without the number. */
    static String stableMethod(String method) {
        return withoutNumbers(method);
    }

    /** Drops every run of digits that follows {@code $}, or {@code $lambda-} (Kotlin). */
    private static String withoutNumbers(String name) {
        if (name.indexOf('$') < 0) {
            return name;
        }
        StringBuilder kept = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean digit = c >= '0' && c <= '9';
            if (!digit || !(follows(kept, "$") || follows(kept, "$lambda-"))) {
                kept.append(c);
            }
        }
        return kept.toString();
    }

    private static boolean follows(StringBuilder text, String end) {
        int from = text.length() - end.length();
        return from >= 0 && text.indexOf(end, from) == from;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
