package io.tenantwarden.tests.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** What the acts play with: the jars, the source, the databases, a folder for configuration files. */
final class Stage implements AutoCloseable {

    private final Path agentJar;
    private final Path applicationJar;
    private final BillingSource source;
    private final Screen screen;
    private final Path folder;
    private final Thread cleaner = new Thread(this::deleteFolder, "demo-cleanup");
    private final List<BillingDatabase> databases = new ArrayList<>();

    private BillingDatabase migrated;
    private Visit withoutAgent;

    /**
     * @param root folder of the project
     * @throws DemoFailure naming what has to be built first
     */
    Stage(Path root, Screen screen) {
        this.screen = screen;
        this.agentJar = root.resolve("agent/dist/target/tenant-warden.jar");
        this.applicationJar = applicationJar(root.resolve("demo/target"));
        this.source = new BillingSource(root.resolve("demo/src/main/java"));
        try {
            this.folder = Files.createTempDirectory("tenant-warden-demo");
        } catch (IOException e) {
            throw new DemoFailure("no temporary folder: " + e, e);
        }
        Runtime.getRuntime().addShutdownHook(cleaner);
    }

    private static Path applicationJar(Path target) {
        if (Files.isDirectory(target)) {
            try (Stream<Path> files = Files.list(target)) {
                List<Path> jars =
                        files.filter(f -> f.toString().endsWith(".jar")).toList();
                if (jars.size() == 1) {
                    return jars.get(0);
                }
            } catch (IOException e) {
                throw new DemoFailure(target + " could not be read: " + e, e);
            }
        }
        throw new DemoFailure("there is no application jar in " + target + "; build it with: mvn -pl demo package");
    }

    Screen screen() {
        return screen;
    }

    BillingSource source() {
        return source;
    }

    /** A new database without tables, dropped when the stage is closed. */
    BillingDatabase emptyDatabase() {
        BillingDatabase database = BillingDatabase.create();
        databases.add(database);
        return database;
    }

    /**
     * The database of a system that has been running for a while: migrated by the application, without the agent, row-level
     * security on.
     */
    BillingDatabase migratedDatabase() {
        withoutAgent();
        return migrated;
    }

    /** The visit to the application without the agent and with row-level security; played once. */
    Visit withoutAgent() {
        if (withoutAgent == null) {
            screen.verbatim(List.of("java -jar billing.jar"));
            migrated = emptyDatabase();
            try (BillingProcess application = BillingProcess.start(applicationJar, migrated, List.of(), List.of())) {
                withoutAgent = Visit.play(application, migrated);
            }
        }
        return withoutAgent;
    }

    /** The application as it was before the migration that brought row-level security. */
    BillingProcess startBeforeRowLevelSecurity(BillingDatabase database) {
        screen.verbatim(List.of("java -jar billing.jar --spring.flyway.target=2"));
        return BillingProcess.start(applicationJar, database, List.of(), List.of("--spring.flyway.target=2"));
    }

    /**
     * The application with the agent.
     *
     * @param configuration lines of the properties file; empty for the bare flag
     */
    BillingProcess startWithAgent(BillingDatabase database, List<String> configuration) {
        return startWithAgent(database, configuration, List.of());
    }

    /**
     * The same with system properties besides, which go before the file.
     *
     * @param properties {@code name=value}
     */
    BillingProcess startWithAgent(BillingDatabase database, List<String> configuration, List<String> properties) {
        if (!Files.isRegularFile(agentJar)) {
            throw new DemoFailure(
                    "there is no agent at " + agentJar + "; build it with: mvn -pl agent/dist -am package");
        }
        List<String> options = new ArrayList<>();
        options.add("-javaagent:" + agentJar);
        List<String> command = new ArrayList<>();
        command.add("-javaagent:tenant-warden.jar");
        if (!configuration.isEmpty()) {
            try {
                Path file = Files.createTempFile(folder, "warden", ".properties");
                Files.write(file, configuration);
                options.add("-Dwarden.config=" + file);
                command.add("-Dwarden.config=warden.properties");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        for (String property : properties) {
            options.add("-D" + property);
            command.add("-D" + property);
        }
        screen.verbatim(List.of("java " + String.join(" ", command) + " -jar billing.jar"));
        if (!configuration.isEmpty()) {
            screen.text("warden.properties:");
            screen.verbatim(
                    configuration.stream().filter(l -> l.startsWith("warden.")).toList());
        }
        return BillingProcess.start(applicationJar, database, options, List.of());
    }

    /**
     * The lines that {@code init} writes of this database and the application's jar.
     *
     * @throws DemoFailure with what it says, when it writes none
     */
    List<String> init(BillingDatabase database) {
        screen.verbatim(List.of("java -jar tenant-warden.jar init --url ... --user " + BillingDatabase.APPLICATION
                + " --jar billing.jar"));
        Path file = folder.resolve("init.properties");
        try {
            ProcessBuilder builder = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-jar",
                            agentJar.toString(),
                            "init",
                            "--url",
                            database.url(),
                            "--user",
                            BillingDatabase.APPLICATION,
                            "--jar",
                            applicationJar.toString(),
                            "--out",
                            file.toString())
                    .redirectErrorStream(true);
            builder.environment().put("WARDEN_PASSWORD", "secret");
            Process process = builder.start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new DemoFailure("init failed: " + output);
            }
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DemoFailure("interrupted while init ran", e);
        }
    }

    @Override
    public void close() {
        databases.forEach(BillingDatabase::close);
        deleteFolder();
        Runtime.getRuntime().removeShutdownHook(cleaner);
    }

    private void deleteFolder() {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : (Iterable<Path>) files.sorted(Comparator.reverseOrder())::iterator) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
