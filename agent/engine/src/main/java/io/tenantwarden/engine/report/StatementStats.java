package io.tenantwarden.engine.report;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * Executions of one statement on protected tables. Thread-safe. Counting is one atomic addition: no lock, no allocation. One counter per outcome
 * without stripes is enough, since each addition is paid for with a statement sent to a server.
 */
public final class StatementStats {

    private static final Outcome[] OUTCOMES = Outcome.values();
    private static final int MAX_SITES = 200;

    private final String fingerprint;
    private final List<String> tables;
    private final String database;
    private final int seed;
    private final AtomicLongArray executions = new AtomicLongArray(OUTCOMES.length);

    /** Per outcome: the number of the next execution whose site is wanted, so that the others cost a comparison. */
    private final AtomicLongArray next = new AtomicLongArray(OUTCOMES.length);

    private final Map<Site, AtomicLongArray> samples = new ConcurrentHashMap<>(2);

    /** Moves once a site is in {@link #samples}, which is later than its execution is counted. */
    private final LongAdder named = new LongAdder();

    private volatile Site lastSite;

    StatementStats(String fingerprint, List<String> tables, String database) {
        this.fingerprint = fingerprint;
        this.tables = List.copyOf(tables);
        this.database = database;
        this.seed = fingerprint == null ? 0 : fingerprint.hashCode();
        for (Outcome outcome : OUTCOMES) {
            next.set(outcome.ordinal(), placeIn(0, outcome));
        }
    }

    /**
     * Counts one execution and says whether its site is wanted.
     *
     * @return 0 when the stack need not be walked; otherwise how many executions this site stands for, to be given to {@link #at} and to
     *     {@link ViolationEvent.Builder#times}
     */
    public int count(Outcome outcome) {
        int index = outcome.ordinal();
        long before = executions.getAndIncrement(index);
        if (before < outcome.walkedFirst()) {
            return 1;
        }
        long wanted = next.get(index);
        if (before < wanted) {
            return 0;
        }
        int rate = outcome.rate();
        long block = (wanted - outcome.walkedFirst()) / rate;
        return next.compareAndSet(index, wanted, placeIn(block + 1, outcome)) ? rate : 0;
    }

    /**
     * One in each block of {@code rate}, at a place that differs from block to block: two sites that take turns must both
     * be seen.
     */
    private long placeIn(long block, Outcome outcome) {
        return outcome.walkedFirst() + block * outcome.rate() + Math.floorMod(scatter(block), outcome.rate());
    }

    /** Multiplication by a large odd number spreads consecutive numbers evenly (Knuth, The Art of Computer Programming 3, 6.4). */
    private int scatter(long block) {
        return (int) ((block + seed) * 0x9E3779B97F4A7C15L >>> 33);
    }

    /** Where it was seen last; null when never. Other executions of it may have been elsewhere. */
    public Site lastSite() {
        return lastSite;
    }

    /** Names the site of an execution for which {@link #count} asked for it. */
    public void at(Site site, Outcome outcome, int weight) {
        lastSite = site;
        AtomicLongArray weights = samples.get(site);
        if (weights == null) {
            if (samples.size() >= MAX_SITES) {
                return;
            }
            weights = samples.computeIfAbsent(site, s -> new AtomicLongArray(OUTCOMES.length));
        }
        weights.addAndGet(outcome.ordinal(), weight);
        named.increment();
    }

    /** How many executions there were under this outcome, exactly. */
    public long executions(Outcome outcome) {
        return executions.get(outcome.ordinal());
    }

    /** A number that moves with every execution, and again when its site is known. */
    long changes() {
        long total = named.sum();
        for (Outcome outcome : OUTCOMES) {
            total += executions(outcome);
        }
        return total;
    }

    public String fingerprint() {
        return fingerprint;
    }

    public List<String> tables() {
        return tables;
    }

    public String database() {
        return database;
    }

    /** Hands over one count per site and outcome. The exact number of executions is shared out among the sites as the samples fell. */
    void forEachSite(SiteCount consumer) {
        for (Outcome outcome : OUTCOMES) {
            int index = outcome.ordinal();
            long exact = executions.get(index);
            boolean estimated = exact > outcome.walkedFirst();
            long weightOfAll = 0;
            for (AtomicLongArray weights : samples.values()) {
                weightOfAll += weights.get(index);
            }
            if (weightOfAll == 0) {
                continue;
            }
            double perWeight = estimated ? (double) exact / weightOfAll : 1;
            samples.forEach((site, weights) -> {
                long weight = weights.get(index);
                if (weight > 0) {
                    consumer.accept(site, outcome, Math.round(weight * perWeight), estimated);
                }
            });
        }
    }

    /** Takes one count. */
    interface SiteCount {
        void accept(Site site, Outcome outcome, long count, boolean estimated);
    }
}
