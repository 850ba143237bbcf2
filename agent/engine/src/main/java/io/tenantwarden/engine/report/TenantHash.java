package io.tenantwarden.engine.report;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The only form in which a tenant id may be written: the first eight hex digits of its HMAC-SHA256, under a random key of this JVM or the configured
 * one. Equal ids have equal hashes as long as the key is the same, so that a reader can tell two tenants apart; without the key nobody can try the
 * list of customers against the log.
 */
public final class TenantHash {

    private static final int BYTES = 4;
    private static final String ALGORITHM = "HmacSHA256";

    /** What was hashed last, by the id's hash code; overwritten without any lock, since entries are immutable. */
    private static final Known[] CACHE = new Known[512];

    private static volatile SecretKeySpec key;

    private record Known(SecretKeySpec key, String tenant, String hash) {}

    private TenantHash() {}

    /** Hashes under this key from now on. For the start, before any tenant is written. */
    public static void key(byte[] configured) {
        key = new SecretKeySpec(configured, ALGORITHM);
    }

    /** The hash of this tenant id; {@code none} when it is null. Thread-safe. */
    public static String of(String tenant) {
        if (tenant == null) {
            return "none";
        }
        SecretKeySpec current = key;
        if (current == null) {
            current = Key.OF_THIS_JVM;
        }
        int slot = tenant.hashCode() & CACHE.length - 1;
        Known known = CACHE[slot];
        if (known == null || known.key != current || !known.tenant.equals(tenant)) {
            known = new Known(current, tenant, hash(current, tenant));
            CACHE[slot] = known;
        }
        return known.hash;
    }

    private static String hash(SecretKeySpec under, String tenant) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(under);
            return HexFormat.of().formatHex(mac.doFinal(tenant.getBytes(StandardCharsets.UTF_8)), 0, BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }

    /** Asks for random bytes only when the first tenant is written. */
    private static final class Key {

        static final SecretKeySpec OF_THIS_JVM = create();

        private static SecretKeySpec create() {
            byte[] bytes = new byte[32];
            new SecureRandom().nextBytes(bytes);
            return new SecretKeySpec(bytes, ALGORITHM);
        }
    }
}
