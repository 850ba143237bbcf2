package io.tenantwarden.cli;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;

/** Tenant ids that no tenant has, or at least not the one that is looked at. */
final class RandomTenant {

    private static final SecureRandom RANDOM = new SecureRandom();

    /** What ids are not made of, and every encoding has. */
    private static final String ODD = "~^`|{}";

    private static final int DIGITS = 36;

    private RandomTenant() {}

    /**
     * A value that is a tenant's by no sensible chance: numbers are negative, as ids from sequences never are; texts fit into
     * the column.
     *
     * @return null when there is no telling what a value of that type looks like
     */
    static String of(ProbeTable.TenantType type) {
        return switch (type.name()) {
            case "uuid" -> new UUID(RANDOM.nextLong(), RANDOM.nextLong()).toString();
            case "int2" -> String.valueOf(-1 - RANDOM.nextInt(Short.MAX_VALUE));
            case "int4" -> String.valueOf(-1 - RANDOM.nextInt(Integer.MAX_VALUE));
            case "int8" -> String.valueOf(-1 - RANDOM.nextLong(Long.MAX_VALUE));
            case "numeric" -> number(type.length());
            case "char" -> String.valueOf(ODD.charAt(RANDOM.nextInt(ODD.length())));
            case "text", "varchar", "bpchar", "citext", "name" -> text(type.length());
            default -> null;
        };
    }

    /**
     * One of the labels of an enum that is none of these; it may well be a tenant's.
     *
     * @return null when there is no other
     */
    static String label(List<String> labels, String... but) {
        List<String> left = new ArrayList<>(labels);
        left.removeAll(java.util.Arrays.asList(but));
        Collections.shuffle(left, RANDOM);
        return left.isEmpty() ? null : left.get(0);
    }

    /** @param digits before the point; 0 for any number */
    private static String number(int digits) {
        if (digits == 0) {
            return String.valueOf(-1 - RANDOM.nextLong(Long.MAX_VALUE));
        }
        StringBuilder b = new StringBuilder("-");
        for (int i = 0; i < digits; i++) {
            b.append(1 + RANDOM.nextInt(9));
        }
        return b.toString();
    }

    /** @param length at most; 0 for any */
    private static String text(int length) {
        int wanted = length == 0 ? 13 : Math.min(length, 13);
        StringBuilder b = new StringBuilder();
        for (int i = 0; i < wanted; i++) {
            // a short one would meet a tenant's sooner or later if it looked like one
            boolean odd = wanted < 8 && i == 0;
            b.append(
                    odd
                            ? ODD.charAt(RANDOM.nextInt(ODD.length()))
                            : Character.forDigit(RANDOM.nextInt(DIGITS), DIGITS));
        }
        return b.toString();
    }
}
