package io.tenantwarden.tests.jvm;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** A JVM of its own with the packaged jar on {@code -javaagent}: how users run the agent. */
public final class AgentJvm {

    private Jdk jdk = Jdk.current();
    private boolean optimizing;
    private boolean agent = true;
    private Path jar;
    private Path agentBefore;
    private String agentArguments = "";
    private final List<String> jvmOptions = new ArrayList<>();
    private final Map<String, String> properties = new LinkedHashMap<>();
    private final Map<String, String> environment = new LinkedHashMap<>();
    private final Set<String> leftOut = new HashSet<>(Set.of(
            "slf4j-nop",
            "slf4j-reload4j",
            "micrometer-core",
            "opentelemetry-sdk",
            "spring-data",
            "jooq",
            "r2dbc-spi",
            "jdbi3"));
    private final List<String> moreClassPath = new ArrayList<>();
    private Duration timeout = Duration.ofMinutes(5);
    private Path directory;

    /** What became of the JVM. */
    public record Result(int exit, String out, String err) {
        /** Both streams, for messages. */
        public String all() {
            return "exit " + exit + "\n--- stdout\n" + out + "\n--- stderr\n" + err;
        }

        /** The lines of both streams that contain a text. */
        public List<String> lines(String text) {
            return (out + "\n" + err)
                    .lines()
                    .filter(line -> line.contains(text))
                    .toList();
        }
    }

    /** The packaged jar; with {@code -Dagent.jar=FILE} another one, to see that a test fails with it. */
    public static Path agentJar() {
        String other = System.getProperty("agent.jar", "");
        Path jar = other.isEmpty()
                ? Path.of(System.getProperty("project.root"), "agent/dist/target/tenant-warden.jar")
                : Path.of(other);
        if (!Files.isRegularFile(jar)) {
            throw new IllegalStateException(jar + " is not built: run ./mvnw package");
        }
        return jar;
    }

    public AgentJvm on(Jdk other) {
        jdk = other;
        return this;
    }

    /** Compiles as users' JVMs do, for runs that last; without this, as most of the tests' JVMs live for seconds, the fast compiler only. */
    public AgentJvm optimizing() {
        optimizing = true;
        return this;
    }

    public AgentJvm withoutAgent() {
        agent = false;
        return this;
    }

    /** Attaches this jar instead of the packaged one. */
    public AgentJvm agent(Path other) {
        jar = other;
        return this;
    }

    /** Attaches another agent, too, before this one. */
    public AgentJvm after(Path otherAgent) {
        agentBefore = otherAgent;
        return this;
    }

    public AgentJvm agentArguments(String arguments) {
        agentArguments = arguments;
        return this;
    }

    public AgentJvm option(String... options) {
        jvmOptions.addAll(Arrays.asList(options));
        return this;
    }

    public AgentJvm property(String key, String value) {
        properties.put(key, value);
        return this;
    }

    /** Changes a property that was set before. */
    public AgentJvm changeProperty(String key, UnaryOperator<String> change) {
        properties.compute(key, (name, value) -> change.apply(value));
        return this;
    }

    public AgentJvm properties(Map<String, String> more) {
        properties.putAll(more);
        return this;
    }

    public AgentJvm environment(String key, String value) {
        environment.put(key, value);
        return this;
    }

    /** Leaves jars out of the class path whose file name begins so. */
    public AgentJvm without(String jarPrefix) {
        leftOut.add(jarPrefix);
        return this;
    }

    /** Keeps jars of the class path of the tests that are left out otherwise. */
    public AgentJvm with(String jarPrefix) {
        leftOut.remove(jarPrefix);
        return this;
    }

    /** Puts a library of another version on the class path, and takes the jars away that begin so. */
    public AgentJvm library(Library library, String... insteadOf) {
        for (String prefix : insteadOf) {
            without(prefix);
        }
        library.jars().forEach(this::classPath);
        return this;
    }

    public AgentJvm classPath(Path more) {
        moreClassPath.add(more.toString());
        return this;
    }

    public AgentJvm timeout(Duration limit) {
        timeout = limit;
        return this;
    }

    public AgentJvm in(Path workingDirectory) {
        directory = workingDirectory;
        return this;
    }

    /** Runs a main class to its end. */
    public Result run(Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(List.of("-cp", classPath(), main.getName()));
        command.addAll(Arrays.asList(arguments));
        return runJava(command);
    }

    /** Runs {@code java} with these arguments after the agent and the properties. */
    public Result runJava(List<String> arguments) {
        try {
            Process process = start(arguments);
            CompletableFuture<String> out = read(process.getInputStream());
            CompletableFuture<String> err = read(process.getErrorStream());
            if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
                throw new AssertionError("the JVM did not end within " + timeout + "\n" + out.get() + "\n" + err.get());
            }
            return new Result(process.exitValue(), out.get(), err.get());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Starts {@code java} and returns at once; the caller ends the process. */
    public Process start(List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(jdk.java().toString());
        if (!optimizing) {
            command.add("-XX:TieredStopAtLevel=1");
        }
        if (agentBefore != null) {
            command.add("-javaagent:" + agentBefore);
        }
        if (agent) {
            command.add("-javaagent:" + (jar == null ? agentJar() : jar)
                    + (agentArguments.isEmpty() ? "" : "=" + agentArguments));
        }
        command.addAll(jvmOptions);
        properties.forEach((key, value) -> command.add("-D" + key + "=" + value));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("WARDEN_") || name.equals("JAVA_TOOL_OPTIONS"));
        builder.environment().putAll(environment);
        if (directory != null) {
            builder.directory(directory.toFile());
        }
        return builder.start();
    }

    /** The class path of the JVM, as one text. */
    public String classPath() {
        String own = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        List<String> entries = new ArrayList<>(moreClassPath);
        for (String entry : own.split(File.pathSeparator)) {
            String name = new File(entry).getName();
            if (leftOut.stream().noneMatch(name::startsWith)) {
                entries.add(entry);
            }
        }
        return entries.stream().collect(Collectors.joining(File.pathSeparator));
    }

    private static CompletableFuture<String> read(InputStream stream) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try (stream) {
                        return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                task -> new Thread(task, "jvm-output").start());
    }
}
