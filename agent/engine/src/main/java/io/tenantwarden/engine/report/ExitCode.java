package io.tenantwarden.engine.report;

import io.tenantwarden.rls.audit.Phrases;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * {@code warden.fail}: a JVM in which one of these kinds was found ends with exit code 1. Surefire and Gradle fail a build whose test JVM ends so,
 * without a change of the build. The last of all sinks: it ends the JVM.
 */
final class ExitCode implements ReportSink {

    private static final int FAILED = 1;

    private final Set<ViolationKind> kinds;
    private final Consumer<String> console;
    private final IntConsumer halt;
    private final Map<ViolationKind, LongAdder> counts = new ConcurrentHashMap<>();
    private volatile Site first;

    /**
     * @param console takes the one line; not the application's log, which test runners catch and show with the last test
     * @param halt ends the JVM
     */
    ExitCode(Set<ViolationKind> kinds, Consumer<String> console, IntConsumer halt) {
        this.kinds = Set.copyOf(kinds);
        this.console = console;
        this.halt = halt;
    }

    static ExitCode ofProcess(Set<ViolationKind> kinds) {
        return new ExitCode(
                kinds,
                line -> {
                    // System.err is what a test runner has put there, and has closed by now
                    PrintStream err =
                            new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
                    err.println(line);
                    err.flush();
                },
                code -> Runtime.getRuntime().halt(code));
    }

    @Override
    public void violation(ViolationEvent event, String id, boolean known) {
        if (!known && kinds.contains(event.kind())) {
            if (first == null) {
                first = event.site();
            }
            counts.computeIfAbsent(event.kind(), kind -> new LongAdder()).add(event.times());
        }
    }

    @Override
    public void last() {
        if (counts.isEmpty()) {
            return;
        }
        StringBuilder line = new StringBuilder("[warden] FAIL warden.fail:");
        String separator = " ";
        for (ViolationKind kind : ViolationKind.values()) {
            LongAdder count = counts.get(kind);
            if (count != null) {
                line.append(separator)
                        .append(kind.wireName())
                        .append(" (")
                        .append(Phrases.count(count.sum(), "time"))
                        .append(')');
                separator = ", ";
            }
        }
        line.append(", first at ").append(first);
        line.append(
                ": the JVM ends with exit code 1. The VIOLATION lines of the log and the files of warden.report have each"
                        + " of them; warden.baseline excuses known ones");
        console.accept(LogText.oneLine(line.toString()));
        halt.accept(FAILED);
    }
}
