package io.tenantwarden.tests.torture;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import io.tenantwarden.testing.PostgresServer;
import io.tenantwarden.tests.jvm.AgentJvm;
import io.tenantwarden.tests.jvm.Driver;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One run: database, pooler if wanted, and the JVM with the agent in which {@link TortureWorker} works. Built like a
 * sentence, {@link #run} ends it.
 */
final class TortureRun {

    /** What became of it. */
    record Result(int exit, String output) {

        boolean passed() {
            return exit == 0;
        }

        /** The first line that begins so, without the beginning; null when there is none. */
        String line(String beginning) {
            return output.lines()
                    .filter(line -> line.startsWith(beginning))
                    .map(line -> line.substring(beginning.length()))
                    .findFirst()
                    .orElse(null);
        }
    }

    private static final String PACKAGE = "io.tenantwarden.tests.torture.";

    /** Violations that the programs provoke. Every other kind fails the run. */
    private static final Set<String> EXPECTED_VIOLATIONS =
            Set.of("unscoped-query", "zero-row-write", "tenant-switch", "guc-tamper", "injection-failed");

    private long seed = 1;
    private int seconds = 10;
    private int threads = 4;
    private boolean enforce;
    private boolean pooler;
    private boolean faults = true;
    private boolean role;
    private String strategy = "";
    private boolean held;
    private String replay = "";
    private int major = 18;
    private Driver driver = Driver.NEWEST;
    private Path jar;
    private Consumer<String> progress = line -> {};

    TortureRun seed(long value) {
        seed = value;
        return this;
    }

    TortureRun seconds(int value) {
        seconds = value;
        return this;
    }

    TortureRun threads(int value) {
        threads = value;
        return this;
    }

    TortureRun enforce(boolean value) {
        enforce = value;
        return this;
    }

    TortureRun pooler(boolean value) {
        pooler = value;
        return this;
    }

    TortureRun faults(boolean value) {
        faults = value;
        return this;
    }

    /** Connects as the owner, for whom no policy filters, with {@code warden.role}; PostgreSQL 15 or later. */
    TortureRun role(boolean value) {
        role = value;
        return this;
    }

    /** {@code warden.strategy}; empty for its default. */
    TortureRun strategy(String value) {
        strategy = value;
        return this;
    }

    /** {@code warden.hold=session}. */
    TortureRun held(boolean value) {
        held = value;
        return this;
    }

    /** Runs this program alone. */
    TortureRun replay(String value) {
        replay = value;
        return this;
    }

    TortureRun postgres(int value) {
        major = value;
        return this;
    }

    TortureRun driver(Driver value) {
        driver = value;
        return this;
    }

    /** Another jar than the one that was built. */
    TortureRun jar(Path value) {
        jar = value;
        return this;
    }

    /** Is told what the JVM writes to stderr. */
    TortureRun progress(Consumer<String> value) {
        progress = value;
        return this;
    }

    Result run() throws Exception {
        PostgresServer server = PostgresServer.get(major);
        Fixture fixture = Fixture.create(server, threads, role);
        Path folder = Files.createTempDirectory("torture");
        try (PgBouncer bouncer = pooler ? PgBouncer.start(server, fixture.name()) : null) {
            String url = bouncer == null ? fixture.url() : bouncer.url(fixture.url());
            Path report = folder.resolve("warden.json");
            AgentJvm jvm = new AgentJvm().optimizing();
            String login = role ? Fixture.OWNER : Fixture.ROLE;
            new Settings(url, login, fixture.adminUrl(), seed, seconds, threads, enforce, pooler, faults, replay)
                    .into(jvm);
            jvm.withoutAgent()
                    .option("-javaagent:" + (jar == null ? AgentJvm.agentJar() : jar), "-Xmx512m")
                    .property("warden.tenant", "method:io.tenantwarden.tests.scenarios.TenantContext#current")
                    .property("warden.mode", enforce ? "enforce" : "inject")
                    .property("warden.guc", "app.tenant_id={tenant},app.is_platform=off")
                    .property("warden.guc.bypass", "app.is_platform=on")
                    .property("warden.bypass.platform.at", PACKAGE + "Bypass#call")
                    .property("warden.bypass.platform.reason", "sees all tenants")
                    .property("warden.rows.check", "all")
                    .property("warden.log", "none")
                    .property("warden.report", report.toString())
                    .property("logback.configurationFile", quietLogback(folder).toString());
            if (role) {
                jvm.property("warden.role", Fixture.ROLE);
            }
            if (!strategy.isEmpty()) {
                jvm.property("warden.strategy", strategy);
            }
            if (held) {
                jvm.property("warden.hold", "session");
            }
            driver.into(jvm);
            Result result = run(jvm);
            return result.exit() == 0 && replay.isEmpty() ? withReport(result, report) : result;
        } finally {
            delete(folder);
        }
    }

    private Result run(AgentJvm jvm) throws Exception {
        Process process = jvm.start(List.of("-cp", jvm.classPath(), TortureWorker.class.getName()));
        StringBuffer output = new StringBuffer();
        Thread out = reader(process, true, line -> output.append(line).append('\n'));
        Thread err = reader(process, false, line -> {
            progress.accept(line);
            output.append(line).append('\n');
        });
        if (!process.waitFor(seconds + 150L, TimeUnit.SECONDS)) {
            process.toHandle().destroyForcibly();
            process.waitFor();
            output.append("the JVM did not end in time\n");
        }
        out.join();
        err.join();
        return new Result(process.exitValue(), output.toString());
    }

    private static Thread reader(Process process, boolean out, Consumer<String> lines) {
        Thread thread = new Thread(() -> {
            try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                    out ? process.getInputStream() : process.getErrorStream(), StandardCharsets.UTF_8))) {
                reader.lines().forEach(lines);
            } catch (IOException e) {
                lines.accept("output lost: " + e);
            }
        });
        thread.start();
        return thread;
    }

    /** The report must know of no error of the agent's own and of no violation but those that were provoked. */
    private static Result withReport(Result result, Path file) throws Exception {
        JsonObject report = JsonParser.object().from(Files.readString(file));
        int errors = report.getObject("health").getInt("agentErrors", -1);
        Set<String> kinds = new TreeSet<>();
        StringBuilder unexpected = new StringBuilder();
        JsonArray violations = report.getArray("violations");
        for (int i = 0; i < violations.size(); i++) {
            JsonObject violation = violations.getObject(i);
            kinds.add(violation.getString("kind"));
            if (!EXPECTED_VIOLATIONS.contains(violation.getString("kind"))) {
                unexpected
                        .append(violation.getString("kind"))
                        .append(": ")
                        .append(violation.getString("sql"))
                        .append(" at ")
                        .append(violation.getObject("site"))
                        .append('\n');
            }
        }
        kinds.removeAll(EXPECTED_VIOLATIONS);
        String output = result.output() + unexpected + "report: agentErrors=" + errors + ", unexpected violations "
                + kinds + "\n";
        return new Result(errors == 0 && kinds.isEmpty() ? 0 : 4, output);
    }

    private static Path quietLogback(Path folder) throws IOException {
        return Files.writeString(folder.resolve("logback.xml"), "<configuration><root level=\"OFF\"/></configuration>");
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
