package io.tenantwarden.cli;

import io.tenantwarden.rls.audit.Phrases;
import io.tenantwarden.rls.tenant.TenantTable;
import java.sql.SQLException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is told on stderr every few seconds: rows, bytes, and how long it may still take. */
final class ExportProgress implements AutoCloseable {

    private static final int SECONDS = 5;
    private static final Pattern ROWS = Pattern.compile("\"Plan Rows\":\\s*(\\d+)");

    private final Terminal terminal;
    private final ExportRun run;
    private final long expected;
    private final long started = System.nanoTime();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread t = new Thread(task, "tenant-warden-progress");
        t.setDaemon(true);
        return t;
    });

    private ExportProgress(Terminal terminal, ExportRun run, long expected) {
        this.terminal = terminal;
        this.run = run;
        this.expected = expected;
        timer.scheduleWithFixedDelay(this::tell, SECONDS, SECONDS, TimeUnit.SECONDS);
    }

    /** What the planner thinks of how many rows there are costs nothing; counting them would cost as much as reading them. */
    static ExportProgress of(Terminal terminal, TenantSession session, TenantFacts facts, ExportRun run)
            throws SQLException {
        long expected = 0;
        for (TenantTable t : facts.tables().tables()) {
            String plan = session.query("EXPLAIN (FORMAT JSON) SELECT FROM " + facts.rows(t));
            Matcher m = ROWS.matcher(plan == null ? "" : plan);
            expected += m.find() ? Long.parseLong(m.group(1)) : 0;
        }
        terminal.progress("exporting " + Phrases.count(facts.tables().tables().size(), "table") + ", about "
                + Phrases.count(expected, "row"));
        return new ExportProgress(terminal, run, expected);
    }

    private void tell() {
        terminal.step(line());
    }

    private String line() {
        long rows = run.rows();
        double seconds = (System.nanoTime() - started) / 1e9;
        String rest = rows == 0 || expected <= rows
                ? ""
                : ", about " + Math.round((expected - rows) * seconds / rows) + " s left";
        return Phrases.count(rows, "row") + ", " + run.bytes() / 1_000_000 + " MB, " + Math.round(rows / seconds)
                + " rows/s" + rest;
    }

    @Override
    public void close() {
        timer.shutdownNow();
        terminal.progress(line());
    }
}
