package io.tenantwarden.tests.bench;

import io.tenantwarden.tests.jvm.AgentJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The JVM of one variant, seen from the one that gives the orders. Confined to one thread. */
final class WorkerProcess implements AutoCloseable {

    private static final int LINES_KEPT = 15;

    private final Variant variant;
    private final Process process;
    private final BufferedReader out;
    private final PrintStream in;
    private final Deque<String> errors = new ArrayDeque<>();
    private final Thread errorReader;

    private WorkerProcess(Variant variant, Process process) {
        this.variant = variant;
        this.process = process;
        this.out = reader(process.getInputStream());
        this.in = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        this.errorReader = new Thread(this::readErrors, "errors of " + variant.name());
        errorReader.setDaemon(true);
        errorReader.start();
    }

    /** Starts the JVM; {@link #awaitReady} says whether it came up. */
    static WorkerProcess start(Variant variant, String url, String delayedUrl, Path logback) throws IOException {
        AgentJvm jvm = variant.jvm()
                .apply(new AgentJvm().withoutAgent())
                .optimizing()
                .option("-XX:+UseSerialGC", "-Xms256m", "-Xmx256m")
                .property("logback.configurationFile", logback.toString());
        WorkerProcess worker = new WorkerProcess(
                variant,
                jvm.start(List.of(
                        "-cp",
                        jvm.classPath(),
                        BenchWorker.class.getName(),
                        variant.hand().name(),
                        url,
                        delayedUrl)));
        Runtime.getRuntime().addShutdownHook(new Thread(worker.process::destroyForcibly));
        return worker;
    }

    Variant variant() {
        return variant;
    }

    /** Whether the JVM started; when not, {@link #errors} says why. */
    boolean awaitReady() throws IOException, InterruptedException {
        String line = nextAnswer();
        if (line == null) {
            process.waitFor(10, TimeUnit.SECONDS);
            errorReader.join(TimeUnit.SECONDS.toMillis(5));
        }
        return line != null;
    }

    String ask(String command) throws IOException {
        in.println(command);
        String answer = nextAnswer();
        if (answer == null) {
            throw new IllegalStateException(variant.name() + " ended at '" + command + "':\n" + errors());
        }
        return answer;
    }

    private String nextAnswer() throws IOException {
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith(BenchWorker.ANSWER)) {
                return line.substring(BenchWorker.ANSWER.length());
            }
        }
        return null;
    }

    private static BufferedReader reader(InputStream stream) {
        return new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
    }

    private void readErrors() {
        try (BufferedReader lines = reader(process.getErrorStream())) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                synchronized (errors) {
                    errors.addLast(line);
                    if (errors.size() > LINES_KEPT) {
                        errors.removeFirst();
                    }
                }
            }
        } catch (IOException e) {
            // the process is being stopped
        }
    }

    /** The end of what the JVM wrote to stderr. */
    String errors() {
        synchronized (errors) {
            return String.join("\n", errors);
        }
    }

    @Override
    public void close() throws InterruptedException {
        in.close(); // the worker ends when its input does
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
