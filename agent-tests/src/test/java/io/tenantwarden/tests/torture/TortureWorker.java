package io.tenantwarden.tests.torture;

import io.tenantwarden.tests.jvm.ScenarioMain;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The application of the torture test, in the JVM that has the agent. Exit code 0: no divergence; 1: one, which is
 * printed with seed, thread, program and a shrunk program; 3: the agent counted an error of its own.
 */
public final class TortureWorker {

    /** Begins the line that names a divergence. */
    static final String DIVERGENCE = "DIVERGENCE ";

    /** Begins the line that names the shrunk program. */
    static final String SHRUNK = "SHRUNK ";

    /** Begins the line that says after which time a divergence was found. */
    static final String AFTER = "found after ";

    private static final int POOL_SIZE = 2;
    /** Programs that may have left something on a connection that the failing one used. */
    private static final int HISTORY = 12;

    private static final int SHRINKING_SECONDS = 20;

    private record Found(int thread, List<Program> history, Program program, Divergence divergence, double seconds) {}

    private final Settings settings = Settings.read();
    private final Tally tally = new Tally();
    private final AtomicReference<Found> found = new AtomicReference<>();
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(1, task -> {
        Thread thread = new Thread(task, "canceller");
        thread.setDaemon(true);
        return thread;
    });

    private TortureWorker() {}

    /** Takes no arguments: {@link Settings} come as system properties. */
    public static void main(String[] arguments) throws Exception {
        // connections that hang must not keep the JVM alive; shutdown hooks run
        System.exit(new TortureWorker().run());
    }

    private int run() throws Exception {
        if (!settings.replay().isEmpty()) {
            return replay();
        }
        long start = System.nanoTime();
        CuttingProxy proxy = settings.faults()
                ? new CuttingProxy(
                        URI.create(settings.url().substring("jdbc:".length())).getPort())
                : null;
        try (Pools pools = new Pools(settings, POOL_SIZE, proxy)) {
            Thread faults = null;
            if (proxy != null) {
                faults = new Thread(new Faults(settings.adminUrl(), proxy, settings.seed(), tally), "faults");
                faults.setDaemon(true);
                faults.start();
            }
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < settings.threads(); i++) {
                int number = i;
                Thread thread = new Thread(() -> work(number, pools, start), "torture-" + number);
                thread.start();
                threads.add(thread);
            }
            int told = 0;
            for (Thread thread : threads) {
                while (thread.isAlive()) {
                    thread.join(200);
                    int seconds = seconds(start);
                    if (seconds / 10 > told) {
                        told = seconds / 10;
                        System.err.printf(
                                "%4d s  %d operations, %d statements checked, %d expected errors, %d faults%n",
                                seconds, tally.operations(), tally.statements.sum(), tally.errors(), tally.faults());
                    }
                    if (found.get() != null && seconds > settings.seconds() + 30) {
                        break;
                    }
                }
            }
            if (faults != null) {
                faults.interrupt();
                faults.join(2_000);
            }
        }
        if (proxy != null) {
            proxy.close();
        }
        Found first = found.get();
        if (first != null) {
            report(first);
            return 1;
        }
        System.out.print(tally.table(0));
        long errors = ScenarioMain.agentErrors();
        System.out.println("agent errors: " + errors);
        return errors == 0 ? 0 : 3;
    }

    private static int seconds(long start) {
        return (int) ((System.nanoTime() - start) / 1_000_000_000L);
    }

    private void work(int thread, Pools pools, long start) {
        Map<Integer, Deque<Program>> histories = new HashMap<>();
        for (int i = 0; seconds(start) < settings.seconds() && found.get() == null; i++) {
            Program program = Program.of(Program.seed(settings.seed(), thread, i), settings.pooler());
            Deque<Program> history = histories.computeIfAbsent(program.profile(), key -> new ArrayDeque<>());
            try {
                new Interpreter(pools, thread, tally, timer).run(program);
            } catch (Divergence e) {
                found.compareAndSet(
                        null, new Found(thread, List.copyOf(history), program, e, (System.nanoTime() - start) / 1e9));
                return;
            } catch (RuntimeException | Error e) {
                Divergence wrapped = new Divergence(Divergence.Sort.ERROR_OUTSIDE_THE_TABLE, e.toString(), e);
                found.compareAndSet(
                        null,
                        new Found(thread, List.copyOf(history), program, wrapped, (System.nanoTime() - start) / 1e9));
                return;
            }
            history.addLast(program);
            if (history.size() > HISTORY) {
                history.removeFirst();
            }
        }
    }

    // ---- what is told

    private void report(Found first) {
        Divergence divergence = first.divergence();
        System.out.println(DIVERGENCE + divergence.sort() + " seed=" + settings.seed() + " thread=" + first.thread()
                + ": " + divergence.getMessage());
        System.out.printf(Locale.ROOT, AFTER + "%.1f s%n", first.seconds());
        System.out.println(
                "profile: " + Profile.ALL.get(first.program().profile()).parameters());
        System.out.println("program: " + first.program());
        StringWriter trace = new StringWriter();
        divergence.printStackTrace(new PrintWriter(trace));
        System.out.println(trace);
        shrink(first);
        System.out.flush();
    }

    private void shrink(Found first) {
        int profile = first.program().profile();
        List<Op> alone = first.program().operations();
        if (diverges(first, profile, alone) != null) {
            shrunk(first, profile, alone);
            return;
        }
        List<Op> all = new ArrayList<>();
        for (Program before : first.history()) {
            all.addAll(before.operations());
            all.add(new Op(Kind.HAND_BACK, 0, 0, false));
            all.add(new Op(Kind.NO_TENANT, 0, 0, false));
        }
        all.addAll(alone);
        if (diverges(first, profile, all) != null) {
            shrunk(first, profile, all);
            return;
        }
        System.out.println("It does not diverge again on a fresh connection without faults and other threads.");
    }

    private void shrunk(Found first, int profile, List<Op> failing) {
        List<Op> smallest =
                new Shrinker(less -> diverges(first, profile, less) != null, SHRINKING_SECONDS).shrink(failing);
        Divergence last = diverges(first, profile, smallest);
        System.out.println(SHRUNK + new Program(profile, smallest));
        System.out.println("which gives: " + (last == null ? "nothing the last time" : last.getMessage()));
    }

    /** The same sort of divergence as the first one, or null. */
    private Divergence diverges(Found first, int profile, List<Op> operations) {
        Divergence divergence = diverges(first.thread(), profile, operations);
        return divergence != null && divergence.sort() == first.divergence().sort() ? divergence : null;
    }

    private Divergence diverges(int thread, int profile, List<Op> operations) {
        try (Pools fresh = new Pools(settings, 1, null)) {
            new Interpreter(fresh, thread, new Tally(), timer).run(new Program(profile, operations));
            return null;
        } catch (Divergence e) {
            return e;
        }
    }

    private int replay() {
        for (String text : settings.replay().split(Settings.BETWEEN_PROGRAMS)) {
            Program program = Program.parse(text);
            Divergence divergence = diverges(0, program.profile(), program.operations());
            if (divergence != null) {
                System.out.println("program: " + program);
                System.out.println(DIVERGENCE + divergence.sort() + ": " + divergence.getMessage());
                divergence.printStackTrace(System.out);
                return 1;
            }
        }
        System.out.println("no divergence");
        return 0;
    }
}
