package io.tenantwarden.tests.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * One thing that every variant does: a kind of work, on a network, with a number of threads.
 *
 * @param latency with 1 ms between request and answer, else loopback
 */
record Cell(Work kind, boolean latency, int threads) {

    /** What one operation is. */
    enum Work {
        /** one point select in autocommit, always of one tenant */
        POINT("point select"),
        /** the same, of two tenants in turn where the variant can change the tenant */
        ALTERNATING("point select of two tenants in turn"),
        /** ten point selects in one transaction */
        TRANSACTION("10-statement transaction");

        private final String text;

        Work(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }
    }

    static final int MAX_THREADS = 4;

    static List<Cell> all() {
        List<Cell> all = new ArrayList<>();
        for (boolean latency : new boolean[] {false, true}) {
            for (Work work : Work.values()) {
                for (int threads : new int[] {1, MAX_THREADS}) {
                    if (work != Work.ALTERNATING || threads == 1) {
                        all.add(new Cell(work, latency, threads));
                    }
                }
            }
        }
        return all;
    }

    String work() {
        return kind.text();
    }

    String network() {
        return latency ? "1 ms" : "loopback";
    }

    /** For a heading or a line of the output. */
    String title() {
        return work() + ", " + network() + ", " + (threads == 1 ? "1 thread" : threads + " threads");
    }

    String command(String verb, long millis) {
        return verb + " " + kind + " " + latency + " " + threads + " " + millis;
    }

    /** @param words what {@link #command} made, split at blanks */
    static Cell parse(String[] words) {
        return new Cell(Work.valueOf(words[1]), Boolean.parseBoolean(words[2]), Integer.parseInt(words[3]));
    }
}
