package io.tenantwarden.cli;

import io.tenantwarden.rls.tenant.TenantTable;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import org.postgresql.PGConnection;

/** Copies the tables of one tenant into files, by several connections that see one state of the database. */
final class ExportRun {

    private final TenantFacts facts;
    private final ExportFormat format;
    private final boolean gzip;
    private final Path folder;
    private final Interruption interruption;
    private final Map<String, ExportedTable> done = new ConcurrentHashMap<>();
    private final Map<String, String> files = new HashMap<>();
    private final LongAdder rows = new LongAdder();
    private final LongAdder bytes = new LongAdder();

    ExportRun(TenantFacts facts, ExportFormat format, boolean gzip, Path folder, Interruption interruption) {
        this.facts = facts;
        this.format = format;
        this.gzip = gzip;
        this.folder = folder;
        this.interruption = interruption;
        Set<String> taken = new HashSet<>(Set.of("manifest.json", "sha256sums"));
        for (TenantTable t : facts.tables().tables()) {
            files.put(t.name(), format.fileName(t, gzip, taken));
        }
    }

    /** Rows so far, nearly exact. */
    long rows() {
        return rows.sum();
    }

    /** Bytes so far, before compression. */
    long bytes() {
        return bytes.sum();
    }

    /**
     * Copies all tables.
     *
     * @param sessions each with an open transaction on the same state
     * @return what was written, in the order of the tables
     */
    List<ExportedTable> run(List<TenantSession> sessions) throws SQLException, IOException {
        Queue<TenantTable> queue = new ConcurrentLinkedQueue<>(facts.tables().tables().stream()
                .sorted(Comparator.comparingLong(TenantTable::bytes).reversed())
                .toList());
        if (sessions.size() == 1) {
            copyAll(sessions.get(0), queue);
        } else {
            inParallel(sessions, queue);
        }
        List<ExportedTable> all = new ArrayList<>();
        for (TenantTable t : facts.tables().tables()) {
            all.add(done.get(t.name()));
        }
        return all;
    }

    private void inParallel(List<TenantSession> sessions, Queue<TenantTable> queue) throws SQLException, IOException {
        ExecutorService workers = Executors.newFixedThreadPool(sessions.size());
        try {
            List<Future<?>> running = new ArrayList<>();
            for (TenantSession session : sessions) {
                running.add(workers.submit(() -> {
                    try {
                        copyAll(session, queue);
                    } catch (SQLException | IOException | RuntimeException | Error e) {
                        queue.clear();
                        interruption.cancelAll();
                        throw e;
                    }
                    return null;
                }));
            }
            Throwable first = null;
            for (Future<?> worker : running) {
                first = failure(worker, first);
            }
            rethrow(first);
        } finally {
            workers.shutdown();
        }
    }

    /** The one that came first; a statement that was cancelled for it is not the cause. */
    private static Throwable failure(Future<?> worker, Throwable first) {
        try {
            worker.get();
            return first;
        } catch (ExecutionException e) {
            boolean cancelled = first instanceof SQLException sql && "57014".equals(sql.getSQLState());
            return first == null || cancelled ? e.getCause() : first;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return CommandFailure.couldNotRun("interrupted");
        }
    }

    private static void rethrow(Throwable e) throws SQLException, IOException {
        if (e instanceof SQLException sql) {
            throw sql;
        }
        if (e instanceof IOException io) {
            throw io;
        }
        if (e instanceof RuntimeException runtime) {
            throw runtime;
        }
        if (e instanceof Error error) {
            throw error;
        }
    }

    private void copyAll(TenantSession session, Queue<TenantTable> queue) throws SQLException, IOException {
        for (TenantTable t = queue.poll(); t != null; t = queue.poll()) {
            interruption.check();
            copy(session, t);
        }
    }

    /** A join that policies make already costs as much again; a comparison of a column costs nothing, and stays. */
    private String where(TenantTable t) {
        return t.column() == null && facts.tables().exact().contains(t.name()) ? "true" : facts.condition(t);
    }

    private void copy(TenantSession session, TenantTable t) throws SQLException, IOException {
        String name = files.get(t.name());
        ExportFile file = new ExportFile(folder.resolve(name), gzip, rows, bytes);
        if (format == ExportFormat.csv) {
            // the header is no row
            rows.decrement();
        }
        boolean complete = false;
        long n;
        try {
            n = session.connection()
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyOut("/* tenant-warden */ " + format.copy(t, where(t)), file);
            complete = true;
        } finally {
            if (!complete) {
                file.abandon();
            }
        }
        file.close();
        done.put(t.name(), new ExportedTable(t.name(), name, n, file.length(), file.sha256OfFile()));
    }
}
