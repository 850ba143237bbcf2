package io.tenantwarden.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** The command line in a JVM of its own, with little memory, that can be killed. */
final class CommandProcess implements AutoCloseable {

    private static final int MINUTES = 10;

    private final Process process;
    private final Path output;

    private CommandProcess(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    static CommandProcess start(Workshop w, Path folder, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                WardenCli.class.getName()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("--url", w.server.url(w.database), "--user", w.app()));
        Path output = Files.createTempFile(folder, "output", ".txt");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().put("WARDEN_PASSWORD", "secret");
        builder.environment().put("WARDEN_WITNESS_PASSWORD", "secret");
        return new CommandProcess(builder.start(), output);
    }

    /** Waits until the condition holds, or the process has ended. */
    CommandProcess until(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean() && !process.waitFor(1, TimeUnit.MILLISECONDS)) {
            // the process works meanwhile
        }
        return this;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** {@code kill -9}. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** {@code kill}, which is what Ctrl-C does as well; the exit code. */
    int terminate() throws InterruptedException {
        process.destroy();
        return exitCode();
    }

    int exitCode() throws InterruptedException {
        if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
            throw new IllegalStateException("it does not end: " + output());
        }
        return process.exitValue();
    }

    String output() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
