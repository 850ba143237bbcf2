package io.tenantwarden.engine.report;

import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.engine.report.document.RenderOptions;
import io.tenantwarden.engine.report.document.SourceTree;
import io.tenantwarden.rls.audit.Finding;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
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

    private static final long EXIT_CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final ReportSettings settings;
    private final Collected collected;
    private final Deadlines deadlines = new Deadlines();
    private final AtomicBoolean ownErrorTold = new AtomicBoolean();
    private final FileSink files;
    private final ExitSummary summary;
    private final List<ReportSink> sinks;
    private final WardenThread thread;
    private final MetricsSink metrics;
    private final ActuatorHealth actuator;

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
        collected = new Collected(settings.mode(), settings.agentVersion(), this::log, clock);
        files = new FileSink(settings.reports(), collected, timing, this::log);
        summary = new ExitSummary(collected, this::log);
        metrics = settings.metrics() ? new MetricsSink(collected, this::log, this::wakeIfStarted) : null;
        actuator = settings.metrics() ? new ActuatorHealth(collected, this::log) : null;
        sinks = sinks(loggerFactories, stderr, timing);
        thread = new WardenThread(new Writing(), guard, end);
    }

    /** In the order in which they do their last. */
    private List<ReportSink> sinks(LoggerFactories loggerFactories, Supplier<PrintStream> stderr, Timing timing) {
        List<ReportSink> list = new ArrayList<>(List.of(files, summary));
        if (FlightSink.isAvailable()) {
            list.add(new FlightSink(this::log));
        }
        if (settings.jmx() && ManagementSink.isAvailable()) {
            list.add(new ManagementSink(collected, this::log));
        }
        if (metrics != null) {
            list.add(metrics);
        }
        if (settings.log() != LogMode.NONE) {
            LogQueue queue = new LogQueue();
            LogRouter router = new LogRouter(
                    settings.log(),
                    queue,
                    loggerFactories,
                    stderr,
                    timing.logPatience().toNanos());
            list.add(new LogSink(queue, router, this::wake));
        }
        if (!settings.fail().isEmpty()) {
            list.add(ExitCode.ofProcess(settings.fail()));
        }
        return List.copyOf(list);
    }

    private void wake() {
        thread.wake();
    }

    private void wakeIfStarted() {
        if (thread.isStarted()) {
            thread.wake();
        }
    }

    /** Told of each class that the application loads, while it is loaded. */
    public void classLoaded(ClassLoader loader, String internalName) {
        if (metrics != null) {
            metrics.classLoaded(loader, internalName);
        }
    }

    /** Spring Boot made a registry of health contributors. */
    public void healthRegistryCreated(Object registry) {
        if (actuator != null) {
            actuator.register(registry);
        }
    }

    /**
     * Reads the baseline and begins to keep the report.
     *
     * @return what is wrong with the baseline, one sentence each, naming key and file; empty when all is well. A baseline with problems excuses
     *     nothing: the caller tells them and stops or goes on as it does for any wrong configuration
     */
    public List<String> start() {
        Baseline baseline = settings.baseline() == null ? Baseline.NONE : BaselineReader.read(settings.baseline());
        collected.violations.use(baseline);
        if (!settings.reports().isEmpty()) {
            SourceTree sources = SourceTree.of(Path.of(""), settings.sourceRoots());
            files.start(new RenderOptions(sources, null, baseline.report()));
        }
        if (!settings.reports().isEmpty() || !settings.fail().isEmpty()) {
            thread.wake();
        }
        return baseline.problems();
    }

    /** Counts a violation and logs it when its turn has come. Returns the id of the violation. */
    public String violation(ViolationEvent event) {
        String id = collected.violations.record(event);
        boolean known = collected.violations.known(event.kind(), id);
        for (ReportSink sink : sinks) {
            sink.violation(event, id, known);
        }
        return id;
    }

    /**
     * Whether the baseline excuses a violation, so that it must not be refused. Without a baseline this costs nothing.
     *
     * @param fingerprint fingerprint of the statement, as it will stand in the event; null when there is none
     */
    public boolean known(ViolationKind kind, Site site, String fingerprint) {
        return kind.coveredByBaseline()
                && collected.violations.hasKnown()
                && collected.violations.known(kind, ViolationId.of(kind, site, fingerprint));
    }

    /** Tells a finding of the agent itself, once per rule and object; the report has the latest. */
    public void finding(Finding finding) {
        collected.findings.add(finding);
    }

    /** Tells a finding of the preflight, once per server, database, role, rule and object; the report has the latest. */
    public void finding(String database, String server, String role, Finding finding) {
        collected.findings.add(database, server, role, finding);
    }

    /** A finding is no longer true: the report leaves it out, and when it comes back it is told again. */
    public void resolved(String database, String server, String role, Finding finding) {
        collected.findings.remove(finding.rule(), finding.object(), database, server, role);
    }

    /** As {@link #resolved(String, String, String, Finding)}, for a finding that is not the preflight's. */
    public void resolved(String rule, String object) {
        collected.findings.remove(rule, object);
    }

    /** Tells what is protected, once per server, database and role; the report has the latest. */
    public void cover(Cover cover) {
        collected.findings.cover(cover);
        if (settings.jmx()) {
            thread.wake();
        }
    }

    /** A bypass is configured: the report has it, used or not, and the log tells at exit when nobody used it. */
    public void bypass(String name, String reason) {
        collected.bypasses.declare(name, reason);
    }

    /** Counts the use of a bypass, exactly; without lock or allocation. */
    public void bypassUsed(String name) {
        collected.bypasses.used(name);
        for (int i = 0; i < sinks.size(); i++) {
            sinks.get(i).bypassUsed(name);
        }
    }

    /** Notes that the values of a scope are sent for a statement; without lock, and without allocation unless it is recorded. */
    public void injected(Scope.Kind scope, String operation, boolean ownRoundTrip) {
        for (int i = 0; i < sinks.size(); i++) {
            sinks.get(i).injected(scope, operation, ownRoundTrip);
        }
    }

    /** Tells where a bypass is used: one line at the first, tenth, hundredth ... use at each site. */
    public void bypassAt(String name, Site site, int uses) {
        collected.bypasses.at(name, site, uses);
    }

    /**
     * What can only be judged once the application has run for a while. Nothing is told before {@link #selfCheckFrom}; the
     * report has the answer of the moment from then on.
     *
     * @param check asked on the reporter's thread; findings may vanish again
     */
    public void selfCheck(Supplier<List<Finding>> check) {
        collected.findings.selfCheck(check);
    }

    /**
     * There is something to judge from now on: it is told once after this time, or at exit.
     *
     * @param patience time since now
     */
    public void selfCheckFrom(Duration patience) {
        collected.findings.selfCheckAsked();
        after(patience, collected.findings::tellSelfCheck);
    }

    /** Runs something once after this time, on the reporter's thread; not at all when the JVM ends before. */
    public void after(Duration time, Runnable work) {
        deadlines.add(time, work);
        wakeIfStarted();
    }

    /** What changes the mode at run time; it throws when that must not be, with a message for whoever asked. Without it nothing does. */
    public void modeControl(Consumer<String> control) {
        collected.modeControl(control);
    }

    /** Tells that the mode was changed at run time. */
    public void modeChanged(String oldMode, String newMode) {
        collected.modeChanged(oldMode, newMode);
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
        return collected.inventory.stats(fingerprint, tables, database);
    }

    /** Where the age of each catalog comes from, in seconds by {@code database at server}. */
    public void catalogAges(Supplier<Map<String, Long>> seconds) {
        collected.catalogAges(seconds);
    }

    /** What the agent costs. */
    public Cost cost() {
        return collected.cost;
    }

    Collected collected() {
        return collected;
    }

    /** Where the state in the report comes from; by default it follows from the mode. It is asked on the reporter's thread. */
    public void health(Supplier<HealthState> state) {
        collected.health(state);
    }

    /** Where the number of errors of the agent itself comes from; it is asked on the reporter's thread. */
    public void agentErrors(LongSupplier count) {
        collected.agentErrors(count);
    }

    /** A text that is logged as {@link #info} does when the JVM exits, before the summary; asked for only then. */
    public void atExit(Supplier<String> text) {
        summary.before(text);
    }

    private void log(LogLine line) {
        for (ReportSink sink : sinks) {
            sink.line(line);
        }
    }

    /** Writes everything, the summary included, and ends the thread. The shutdown hook does the same when the JVM exits. */
    @Override
    public void close() {
        thread.stop();
        sinks.forEach(ReportSink::close);
    }

    /** What the thread does. */
    private final class Writing implements WardenThread.Work {

        @Override
        public long run(boolean exiting) {
            long pause = deadlines.run();
            for (ReportSink sink : sinks) {
                pause = Math.min(pause, sink.write(exiting));
            }
            return exiting ? Math.min(pause, EXIT_CHECK_NANOS) : pause;
        }

        @Override
        public void exiting() {
            sinks.forEach(sink -> attempt(sink::exiting));
        }

        @Override
        public void exit() {
            // Each step is for itself: what fails in one must not cost the others.
            attempt(collected.findings::tellSelfCheckAtEnd);
            sinks.forEach(sink -> attempt(sink::last));
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
            collected.ownError();
            if (ownErrorTold.compareAndSet(false, true)) {
                error(
                        "an error of the agent itself while it wrote its log or report; the application is not affected",
                        error);
            }
        }
    }
}
