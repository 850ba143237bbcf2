package io.tenantwarden.tests.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * One thing that every variant does: a kind of work, on a network, with a number of threads.
 *
 * @param transaction ten point selects in one transaction, else one in autocommit
 * @param latency with 1 ms between request and answer, else loopback
 */
record Cell(boolean transaction, boolean latency, int threads) {

    static final int MAX_THREADS = 4;

    static List<Cell> all() {
        List<Cell> all = new ArrayList<>();
        for (boolean latency : new boolean[] {false, true}) {
            for (boolean transaction : new boolean[] {false, true}) {
                for (int threads : new int[] {1, MAX_THREADS}) {
                    all.add(new Cell(transaction, latency, threads));
                }
            }
        }
        return all;
    }

    String work() {
        return transaction ? "10-statement transaction" : "point select";
    }

    String network() {
        return latency ? "1 ms" : "loopback";
    }

    String command(String verb, long millis) {
        return verb + " " + transaction + " " + latency + " " + threads + " " + millis;
    }

    /** @param words what {@link #command} made, split at blanks */
    static Cell parse(String[] words) {
        return new Cell(Boolean.parseBoolean(words[1]), Boolean.parseBoolean(words[2]), Integer.parseInt(words[3]));
    }
}
