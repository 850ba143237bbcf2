package io.tenantwarden.cli;

import java.security.SecureRandom;
import java.util.UUID;

/** Tenant ids that no tenant has. */
final class RandomTenant {

    private static final SecureRandom RANDOM = new SecureRandom();

    private RandomTenant() {}

    /**
     * A value that is a tenant's by no sensible chance: numbers are negative, as ids from sequences never are.
     *
     * @param typeName internal name of the column's type, for instance {@code int8}
     * @return null when there is no telling what a value of that type looks like
     */
    static String of(String typeName) {
        return switch (typeName) {
            case "uuid" -> new UUID(RANDOM.nextLong(), RANDOM.nextLong()).toString();
            case "int2" -> String.valueOf(-1 - RANDOM.nextInt(Short.MAX_VALUE));
            case "int4" -> String.valueOf(-1 - RANDOM.nextInt(Integer.MAX_VALUE));
            case "int8", "numeric" -> String.valueOf(-1 - RANDOM.nextLong(Long.MAX_VALUE));
            case "text", "varchar", "bpchar", "citext", "name" ->
                Long.toString(RANDOM.nextLong(Long.MAX_VALUE), Character.MAX_RADIX);
            default -> null;
        };
    }
}
