package io.tenantwarden.engine.report;

import java.util.Arrays;

/**
 * What the name of a class says, remembered. Immutable.
 *
 * @param name binary name
 * @param owner whose code it is
 * @param looksGenerated whether the name is like that of a proxy
 */
record KnownClass(String name, Packages.Owner owner, boolean looksGenerated) {

    private static final int SLOTS = 2_048;

    /**
     * One slot per hash, overwritten without any lock: entries are immutable, so the worst that a race does is to ask again. Names are strings
     * whose hash is already computed ({@link Class#getName} gives the same object each time), which makes a hit a few nanoseconds.
     */
    private static final KnownClass[] CACHE = new KnownClass[SLOTS];

    /** What names say has changed. */
    static void forget() {
        Arrays.fill(CACHE, null);
    }

    static KnownClass of(String name) {
        int hash = name.hashCode();
        int slot = (hash ^ hash >>> 16) & SLOTS - 1;
        KnownClass known = CACHE[slot];
        if (known == null || !known.name.equals(name)) {
            known = new KnownClass(name, Packages.ownerOf(name), GeneratedNames.looksGenerated(name));
            CACHE[slot] = known;
        }
        return known;
    }
}
