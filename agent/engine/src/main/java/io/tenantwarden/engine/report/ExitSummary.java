package io.tenantwarden.engine.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The last lines of the log: how much of everything there was, and every violation with its final count. Before the sink of the log. */
final class ExitSummary implements ReportSink {

    private static final int MAX_LINES = 100;

    private final Collected collected;
    private final Consumer<LogLine> log;
    private final Queue<Supplier<String>> lastWords = new ConcurrentLinkedQueue<>();

    ExitSummary(Collected collected, Consumer<LogLine> log) {
        this.collected = collected;
        this.log = log;
    }

    /** A text that comes before the summary; asked for only then. */
    void before(Supplier<String> text) {
        lastWords.add(text);
    }

    @Override
    public void last() {
        lastWords.forEach(text -> log.accept(LogLine.text(Level.INFO, text.get())));
        List<Violation> all = collected.violations.all();
        long bypasses = collected.bypasses.total();
        if (all.isEmpty() && collected.findings.isEmpty() && bypasses == 0) {
            return;
        }
        List<Violation> told = new ArrayList<>(
                all.stream().filter(violation -> !violation.known()).toList());
        long known = collected.violations.knownCount();
        long count = -known;
        for (ViolationKind kind : ViolationKind.values()) {
            count += collected.violations.count(kind);
        }
        long refused = collected.violations.refused();
        LogLine.Totals totals = new LogLine.Totals(
                told.size(), count, refused, known, collected.findings.count(), bypasses, collected.errors());
        log.accept(LogLine.summary(count > 0 ? Level.WARN : Level.INFO, totals));
        told.sort(Comparator.comparingLong(Violation::count).reversed());
        tellUnusedBypasses();
        for (Violation violation : told.subList(0, Math.min(told.size(), MAX_LINES))) {
            log.accept(LogLine.summaryOf(violation.first(), violation.id(), violation.count(), violation.refused()));
        }
        if (told.size() > MAX_LINES) {
            log.accept(LogLine.text(
                    Level.WARN,
                    told.size() - MAX_LINES
                            + " further violations are not listed here: warden.report keeps all of them"));
        }
    }

    /** Only where there was a database to use them on. */
    private void tellUnusedBypasses() {
        if (collected.findings.covers().isEmpty()) {
            return;
        }
        for (Bypasses.Use bypass : collected.bypasses.all()) {
            if (bypass.count() == 0) {
                log.accept(LogLine.bypassUnused(bypass.name(), bypass.reason()));
            }
        }
    }
}
