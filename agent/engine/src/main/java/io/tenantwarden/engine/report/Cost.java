package io.tenantwarden.engine.report;

import io.tenantwarden.bootstrap.ThreadState;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How long the agent keeps statements, in nanoseconds, of one execution in {@value #ONE_IN}. Thread-safe, without lock or allocation. Each power of
 * two is divided into eight, so that a percentile is at most an eighth too high.
 */
public final class Cost {

    static final int ONE_IN = 64;

    private static final int STEPS = 8;
    private static final int BITS = 3;

    private final AtomicLongArray counts = new AtomicLongArray(Long.SIZE * STEPS);
    private final AtomicLong longest = new AtomicLong();

    /** What {@link #end} is to be given: the time of now, or 0 where this execution is not measured, or is Warden's own. */
    public long begin() {
        if ((ThreadLocalRandom.current().nextInt() & (ONE_IN - 1)) != 0
                || ThreadState.current().isInternal()) {
            return 0;
        }
        return System.nanoTime() | 1;
    }

    /** The agent has done its part. */
    public void end(long begin) {
        if (begin != 0) {
            add(System.nanoTime() - begin);
        }
    }

    void add(long nanos) {
        long time = Math.max(nanos, 0);
        counts.incrementAndGet(index(time));
        if (time > longest.get()) {
            longest.accumulateAndGet(time, Math::max);
        }
    }

    private static int index(long time) {
        if (time < STEPS) {
            return (int) time;
        }
        int shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(time) - BITS;
        return (shift + 1) * STEPS + (int) (time >>> shift) - STEPS;
    }

    /** The greatest time that is counted there. */
    private static long upper(int index) {
        if (index < STEPS) {
            return index;
        }
        int shift = index / STEPS - 1;
        return ((long) (STEPS + index % STEPS + 1) << shift) - 1;
    }

    /** {@code p50}, {@code p90}, {@code p99}, {@code max} in nanoseconds, and {@code samples}. */
    Map<String, Long> summary() {
        long[] now = new long[counts.length()];
        long samples = 0;
        for (int i = 0; i < now.length; i++) {
            now[i] = counts.get(i);
            samples += now[i];
        }
        Map<String, Long> summary = new LinkedHashMap<>();
        summary.put("p50", percentile(now, samples, 50));
        summary.put("p90", percentile(now, samples, 90));
        summary.put("p99", percentile(now, samples, 99));
        summary.put("max", longest.get());
        summary.put("samples", samples);
        return summary;
    }

    private long percentile(long[] now, long samples, int percent) {
        long rank = (samples * percent + 99) / 100;
        long below = 0;
        for (int i = 0; i < now.length && samples > 0; i++) {
            below += now[i];
            if (below >= rank) {
                return Math.min(upper(i), longest.get());
            }
        }
        return 0;
    }
}
