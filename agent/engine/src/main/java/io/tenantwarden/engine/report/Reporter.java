package io.tenantwarden.engine.report;

import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Everything that the agent tells: log lines and the report. Thread-safe.
 *
 * <p>Calls count and queue, and return: writing is done by one daemon thread, which is started by the first line (or by {@link #start} when a
 * report is to be kept). Creating a reporter reads no file and starts nothing.
 */
public final class Reporter implements AutoCloseable {

    private static final int MAX_FINDINGS = 10_000;
    private static final int MAX_SUMMARY_LINES = 100;
    private static final long HOOK_TIMEOUT_MILLIS = 3_000;
    private static final long EXIT_CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final ReportSettings settings;
    private final Timing timing;
    private final Clock clock;
    private final Instant started;
    private final LogQueue queue = new LogQueue();
    private final LogRouter router;
    private final WardenThread thread;
    private final Violations violations;
    private final Bypasses bypasses;
    private final SiteInventory inventory = new SiteInventory();
    private final Map<List<String>, Finding> findings = new ConcurrentHashMap<>();
    private final Map<List<String>, Cover> covers = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<ReportDocument.ModeChange> modeChanges = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Supplier<String>> lastWords = new ConcurrentLinkedQueue<>();
    private final LongAdder otherChanges = new LongAdder();
    private final LongAdder ownErrors = new LongAdder();
    private final AtomicBoolean ownErrorTold = new AtomicBoolean();
    private final List<ReportWriter> files = new ArrayList<>();
    private final AtomicBoolean summaryTold = new AtomicBoolean();
    private volatile String mode;
    private volatile Supplier<HealthState> health;
    private volatile LongSupplier agentErrors = () -> 0;
    // Only the thread that writes, or the shutdown hook after it, reads and sets these.
    private volatile long writtenState = -1;
    private volatile long writtenNews = -1;
    private volatile long writtenAt;
    private volatile boolean keepFiles;
    private final Deadlines deadlines = new Deadlines();
    private volatile Supplier<List<Finding>> selfCheck = List::of;
    private volatile boolean selfCheckAsked;
    private volatile boolean selfCheckTold;

    /**
     * How long things take.
     *
     * @param logPatience how long lines wait for the application's log before they go to standard error
     * @param reportInterval how often the report is written when only numbers have changed
     * @param newsInterval how soon it is written when something new was found
     */
    record Timing(Duration logPatience, Duration reportInterval, Duration newsInterval) {

        static final Timing DEFAULT = new Timing(Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ofSeconds(1));
    }

    /**
     * @param settings what the configuration says
     * @param loggerFactories the application's SLF4J, as far as it is loaded; may grow later
     * @param guard wraps what runs on the reporter's own threads: the application's log may run SQL there, which is not the application's
     * @param end where the last lines and the last report are written
     */
    public Reporter(
            ReportSettings settings, LoggerFactories loggerFactories, UnaryOperator<Runnable> guard, JvmEnd end) {
        this(settings, loggerFactories, guard, end, () -> System.err, Clock.systemUTC(), Timing.DEFAULT);
    }

    Reporter(
            ReportSettings settings,
            LoggerFactories loggerFactories,
            UnaryOperator<Runnable> guard,
            JvmEnd end,
            Supplier<PrintStream> stderr,
            Clock clock,
            Timing timing) {
        this.settings = settings;
        this.timing = timing;
        this.clock = clock;
        started = clock.instant();
        mode = settings.mode();
        health = this::healthByMode;
        router = new LogRouter(
                settings.log(),
                queue,
                loggerFactories,
                stderr,
                timing.logPatience().toNanos());
        violations = new Violations(this::log, clock);
        bypasses = new Bypasses(this::log, clock);
        for (String report : settings.reports()) {
            files.add(new ReportWriter(report, this::log));
        }
        thread = new WardenThread(new Writing(), guard, end);
    }

    private HealthState healthByMode() {
        return switch (mode) {
            case "off" -> HealthState.OFF;
            case "audit" -> HealthState.AUDIT;
            default -> HealthState.PROTECTING;
        };
    }

    /**
     * Reads the baseline and begins to keep the report.
     *
     * @return what is wrong with the baseline, one sentence each, naming key and file; empty when all is well. A baseline with problems excuses
     *     nothing: the caller tells them and stops or goes on as it does for any wrong configuration
     */
    public List<String> start() {
        Baseline baseline = settings.baseline() == null ? Baseline.NONE : BaselineReader.read(settings.baseline());
        violations.use(baseline);
        if (!files.isEmpty()) {
            writtenAt = System.nanoTime();
            keepFiles = true;
            thread.wake();
        }
        return baseline.problems();
    }

    /** Counts a violation and logs it when its turn has come. Returns the id of the violation. */
    public String violation(ViolationEvent event) {
        return violations.record(event);
    }

    /**
     * Whether the baseline excuses a violation, so that it must not be refused. Without a baseline this costs nothing.
     *
     * @param fingerprint fingerprint of the statement, as it will stand in the event; null when there is none
     */
    public boolean known(ViolationKind kind, Site site, String fingerprint) {
        return kind.coveredByBaseline()
                && violations.hasKnown()
                && violations.known(kind, ViolationId.of(kind, site, fingerprint));
    }

    /** Tells a finding of the agent itself, once per rule and object; the report has the latest. */
    public void finding(Finding finding) {
        finding(List.of(finding.rule(), finding.object()), finding, LogLine.finding(finding));
    }

    /** Tells a finding of the preflight, once per server, database, role, rule and object; the report has the latest. */
    public void finding(String database, String server, String role, Finding finding) {
        finding(
                List.of(finding.rule(), finding.object(), database, server, role),
                finding,
                LogLine.finding(database, server, role, finding));
    }

    /** A finding is no longer true: the report leaves it out, and when it comes back it is told again. */
    public void resolved(String database, String server, String role, Finding finding) {
        if (findings.remove(List.of(finding.rule(), finding.object(), database, server, role)) != null) {
            otherChanges.increment();
        }
    }

    /** As {@link #resolved(String, String, String, Finding)}, for a finding that is not the preflight's. */
    public void resolved(String rule, String object) {
        if (findings.remove(List.of(rule, object)) != null) {
            otherChanges.increment();
        }
    }

    private void finding(List<String> key, Finding finding, LogLine line) {
        if (findings.size() >= MAX_FINDINGS && !findings.containsKey(key)) {
            return;
        }
        Finding before = findings.put(key, finding);
        if (!finding.equals(before)) {
            otherChanges.increment();
        }
        if (before == null) {
            log(line);
        }
    }

    /** Tells what is protected, once per server, database and role; the report has the latest. */
    public void cover(Cover cover) {
        Cover before = covers.put(List.of(cover.database(), cover.server(), cover.role()), cover);
        if (!cover.equals(before)) {
            otherChanges.increment();
        }
        if (before == null) {
            log(LogLine.cover(cover));
        }
    }

    /** A bypass is configured: the report has it, used or not, and the log tells at exit when nobody used it. */
    public void bypass(String name, String reason) {
        bypasses.declare(name, reason);
    }

    /** Counts the use of a bypass, exactly; without lock or allocation. */
    public void bypassUsed(String name) {
        bypasses.used(name);
    }

    /** Tells where a bypass is used: one line at the first, tenth, hundredth ... use at each site. */
    public void bypassAt(String name, Site site, int uses) {
        bypasses.at(name, site, uses);
    }

    /**
     * What can only be judged once the application has run for a while. Nothing is told before {@link #selfCheckFrom}; the
     * report has the answer of the moment from then on.
     *
     * @param check asked on the reporter's thread; findings may vanish again
     */
    public void selfCheck(Supplier<List<Finding>> check) {
        selfCheck = check;
    }

    /**
     * There is something to judge from now on: it is told once after this time, or at exit.
     *
     * @param patience time since now
     */
    public void selfCheckFrom(Duration patience) {
        selfCheckAsked = true;
        after(patience, this::tellSelfCheck);
    }

    /** Runs something once after this time, on the reporter's thread; not at all when the JVM ends before. */
    public void after(Duration time, Runnable work) {
        deadlines.add(time, work);
        if (thread.isStarted()) {
            thread.wake();
        }
    }

    /** Tells that the mode was changed at run time. */
    public void modeChanged(String oldMode, String newMode) {
        mode = newMode;
        modeChanges.add(new ReportDocument.ModeChange(oldMode, newMode, clock.instant()));
        otherChanges.increment();
        log(LogLine.modeChanged(oldMode, newMode));
    }

    /** Logs a text of the agent on {@code tenantwarden}; it becomes one line beginning with {@code [warden]}. */
    public void info(String text) {
        log(LogLine.text(Level.INFO, text));
    }

    /** As {@link #info}, but a warning. */
    public void warn(String text) {
        log(LogLine.text(Level.WARN, text));
    }

    /** As {@link #info}, but an error. */
    public void error(String text) {
        log(LogLine.text(Level.ERROR, text));
    }

    /** As {@link #error(String)}, with class, message and stack of the error and its causes at the end of the one line. */
    public void error(String text, Throwable error) {
        log(LogLine.text(Level.ERROR, text, error));
    }

    /**
     * The counters of one statement on protected tables: the same object for equal arguments. Keep it beside the statement; looking it up
     * allocates.
     */
    public StatementStats stats(String fingerprint, List<String> tables, String database) {
        return inventory.stats(fingerprint, tables, database);
    }

    /** Where the state in the report comes from; by default it follows from the mode. It is asked on the reporter's thread. */
    public void health(Supplier<HealthState> state) {
        health = state;
    }

    /** Where the number of errors of the agent itself comes from; it is asked on the reporter's thread. */
    public void agentErrors(LongSupplier count) {
        agentErrors = count;
    }

    /** A text that is logged as {@link #info} does when the JVM exits, before the summary; asked for only then. */
    public void atExit(Supplier<String> text) {
        lastWords.add(text);
    }

    private void log(LogLine line) {
        if (settings.log() != LogMode.NONE) {
            queue.add(line);
            thread.wake();
        }
    }

    /** Writes everything, the summary included, and ends the thread. The shutdown hook does the same when the JVM exits. */
    @Override
    public void close() {
        thread.stop();
        files.forEach(ReportWriter::close);
    }

    private ReportDocument document() {
        // what two roles or databases share is said once
        List<Finding> sortedFindings = new ArrayList<>(new HashSet<>(findings.values()));
        if (selfCheckTold) {
            sortedFindings.addAll(selfCheck.get());
        }
        sortedFindings.sort(Comparator.comparing(Finding::rule).thenComparing(Finding::object));
        List<Cover> sortedCovers = new ArrayList<>(covers.values());
        sortedCovers.sort(Comparator.comparing(Cover::database)
                .thenComparing(Cover::server)
                .thenComparing(Cover::role));
        return new ReportDocument(
                started,
                mode,
                settings.agentVersion(),
                health.get(),
                sortedCovers,
                errors(),
                violations.all(),
                violations.beyondLimit(),
                sortedFindings,
                bypasses.all(),
                List.copyOf(modeChanges),
                inventory.rows());
    }

    private int findingCount() {
        return findings.size() + (selfCheckTold ? selfCheck.get().size() : 0);
    }

    private long errors() {
        return agentErrors.getAsLong() + ownErrors.sum();
    }

    /** Logs how much of everything there was, and every violation with its final count. */
    private void tellSummary() {
        if (!summaryTold.compareAndSet(false, true)) {
            return;
        }
        lastWords.forEach(text -> info(text.get()));
        List<Violation> all = violations.all();
        if (all.isEmpty() && findings.isEmpty() && covers.isEmpty() && bypasses.total() == 0) {
            return;
        }
        List<Violation> told = new ArrayList<>(
                all.stream().filter(violation -> !violation.known()).toList());
        long known = all.stream()
                .filter(Violation::known)
                .mapToLong(Violation::count)
                .sum();
        long count = told.stream().mapToLong(Violation::count).sum() + violations.beyondLimit();
        long refused = told.stream().mapToLong(Violation::refused).sum();
        LogLine.Totals totals =
                new LogLine.Totals(told.size(), count, refused, known, findingCount(), bypasses.total(), errors());
        log(LogLine.summary(count > 0 ? Level.WARN : Level.INFO, totals));
        told.sort(Comparator.comparingLong(Violation::count).reversed());
        if (!covers.isEmpty()) {
            for (Bypasses.Use bypass : bypasses.all()) {
                if (bypass.count() == 0) {
                    log(LogLine.bypassUnused(bypass.name(), bypass.reason()));
                }
            }
        }
        for (Violation violation : told.subList(0, Math.min(told.size(), MAX_SUMMARY_LINES))) {
            log(LogLine.summaryOf(violation.first(), violation.id(), violation.count(), violation.refused()));
        }
        if (told.size() > MAX_SUMMARY_LINES) {
            log(LogLine.text(
                    Level.WARN,
                    told.size() - MAX_SUMMARY_LINES
                            + " further violations are not listed here: warden.report keeps all of them"));
        }
    }

    /** What the thread does. */
    private final class Writing implements WardenThread.Work {

        @Override
        public long run(boolean exiting) {
            boolean waiting = router.drain(exiting);
            long pause = waiting ? TimeUnit.MILLISECONDS.toNanos(100) : Long.MAX_VALUE;
            pause = Math.min(pause, deadlines.run());
            if (keepFiles) {
                pause = Math.min(pause, writeFilesWhenDue(exiting));
            }
            return exiting ? Math.min(pause, EXIT_CHECK_NANOS) : pause;
        }

        private long writeFilesWhenDue(boolean exiting) {
            long news = violations.distinct() + otherChanges.sum();
            long sinceWritten = System.nanoTime() - writtenAt;
            long due = timing.reportInterval().toNanos();
            if (exiting) {
                due = EXIT_CHECK_NANOS;
            } else if (news != writtenNews) {
                due = timing.newsInterval().toNanos();
            }
            if (sinceWritten >= due) {
                writeFiles();
            }
            return timing.newsInterval().toNanos();
        }

        /** Hooks that hang, or a halt, must not cost what is known by now. */
        @Override
        public void exiting() {
            if (keepFiles) {
                attempt(Reporter.this::writeFiles);
            }
        }

        @Override
        public void exit() {
            // Each step is for itself: what fails in one must not cost the others.
            if (selfCheckAsked) {
                attempt(Reporter.this::tellSelfCheck);
            }
            if (keepFiles) {
                attempt(Reporter.this::writeFiles);
            }
            attempt(Reporter.this::tellSummary);
            attempt(this::drainLast);
        }

        private void drainLast() {
            try {
                router.drainLast(HOOK_TIMEOUT_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void attempt(Runnable step) {
            try {
                step.run();
            } catch (RuntimeException | Error e) {
                failed(e);
            }
        }

        @Override
        public void failed(Throwable error) {
            ownErrors.increment();
            if (ownErrorTold.compareAndSet(false, true)) {
                error(
                        "an error of the agent itself while it wrote its log or report; the application is not affected",
                        error);
            }
        }
    }

    private void tellSelfCheck() {
        if (selfCheckTold) {
            return;
        }
        selfCheckTold = true;
        otherChanges.increment();
        selfCheck.get().forEach(finding -> log(LogLine.finding(finding)));
    }

    private void writeFiles() {
        // asked before the document is made: what is noted while it is made is written the next time. So each of these
        // numbers moves after what it stands for
        long state = violations.changes() + bypasses.total() + inventory.changes() + otherChanges.sum() + errors();
        writtenAt = System.nanoTime();
        writtenNews = violations.distinct() + otherChanges.sum();
        if (state != writtenState) {
            byte[] content = document().toJson();
            boolean allWritten = true;
            for (ReportWriter file : files) {
                allWritten &= file.write(content);
            }
            writtenState = allWritten ? state : -1;
        }
    }
}
