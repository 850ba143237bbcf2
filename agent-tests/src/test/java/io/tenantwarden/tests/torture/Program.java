package io.tenantwarden.tests.torture;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * What one thread does between two looks at the clock, on connections of one profile.
 *
 * @param profile index into {@link Profile#ALL}
 */
record Program(int profile, List<Op> operations) {

    private static final int TOTAL = weights();

    /** The program that a seed stands for: always the same. */
    static Program of(long seed, boolean pooler) {
        Random random = new Random(seed);
        int profile = random.nextInt(Profile.ALL.size());
        int length = 25 + random.nextInt(40);
        List<Op> operations = new ArrayList<>(length);
        while (operations.size() < length) {
            Kind kind = kind(random.nextInt(TOTAL));
            Op op = new Op(kind, random.nextInt(100), random.nextInt(100), random.nextInt(100) < 9);
            if (!pooler || !kind.needsSession()) {
                operations.add(op);
            }
        }
        return new Program(profile, operations);
    }

    /** Spreads the numbers that a run, a thread and a program have into a seed. */
    static long seed(long run, int thread, int number) {
        long mixed = run * 0x9E3779B97F4A7C15L + thread * 0xC2B2AE3D27D4EB4FL + number * 0x165667B19E3779F9L;
        mixed = (mixed ^ (mixed >>> 29)) * 0xBF58476D1CE4E5B9L;
        return mixed ^ (mixed >>> 32);
    }

    private static int weights() {
        int sum = 0;
        for (Kind kind : Kind.values()) {
            sum += kind.weight();
        }
        return sum;
    }

    private static Kind kind(int point) {
        int left = point;
        for (Kind kind : Kind.values()) {
            left -= kind.weight();
            if (left < 0) {
                return kind;
            }
        }
        throw new IllegalStateException();
    }

    @Override
    public String toString() {
        return profile + ": " + Op.text(operations);
    }

    /** Reads what {@link #toString} wrote. */
    static Program parse(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("a program begins with the number of its profile and a colon: " + text);
        }
        return new Program(Integer.parseInt(text.substring(0, colon).trim()), Op.parse(text.substring(colon + 1)));
    }
}
