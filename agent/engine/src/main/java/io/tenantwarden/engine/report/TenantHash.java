package io.tenantwarden.engine.report;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The only form in which a tenant id may be written: eight hex digits under a random key of this JVM. Equal ids have equal hashes until the JVM
 * ends, so that a reader can tell two tenants apart; without the key nobody can try the list of customers against the log.
 */
public final class TenantHash {

    private static final int BYTES = 4;
    private static final String ALGORITHM = "HmacSHA256";

    private TenantHash() {}

    /** The hash of this tenant id; {@code none} when it is null. Thread-safe. */
    public static String of(String tenant) {
        if (tenant == null) {
            return "none";
        }
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(Key.OF_THIS_JVM);
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
