package io.tenantwarden.tests.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The application in a JVM of its own. Its output is kept line by line. Thread-safe. */
final class BillingProcess implements AutoCloseable {

    private static final Duration START = Duration.ofMinutes(3);
    private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");
    private static final Pattern STARTED = Pattern.compile("Started BillingApplication in");

    private final Process process;
    private final Thread reader;
    private final List<String> lines = new ArrayList<>();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private boolean ended;
    private int port;

    private BillingProcess(Process process) {
        this.process = process;
        this.reader = new Thread(this::read, "billing-output");
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Starts the application and returns when it answers requests.
     *
     * @param jvmOptions options of the JVM, the agent for instance
     * @param arguments arguments of the application
     * @throws DemoFailure with the end of its output when it does not start
     */
    static BillingProcess start(Path jar, BillingDatabase database, List<String> jvmOptions, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-Xmx384m"));
        command.addAll(jvmOptions);
        command.addAll(List.of("-jar", jar.toString()));
        command.addAll(List.of(
                "--spring.profiles.active=sample",
                "--spring.main.banner-mode=off",
                "--spring.datasource.url=" + database.url(),
                "--spring.datasource.password=secret",
                "--spring.flyway.password=secret",
                "--server.address=127.0.0.1",
                "--server.port=0",
                "--billing.overdue.initial-delay=PT1S"));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        // The acts are about the configuration that they show, not about the one of the person who watches.
        builder.environment()
                .keySet()
                .removeIf(key -> key.startsWith("WARDEN_") || key.startsWith("SPRING_") || key.startsWith("BILLING_"));
        BillingProcess application;
        try {
            application = new BillingProcess(builder.start());
        } catch (IOException e) {
            throw new DemoFailure("the application could not be started: " + e.getMessage(), e);
        }
        RunningProcesses.add(application);
        try {
            application.port = Integer.parseInt(application.await(PORT, START).group(1));
            application.await(STARTED, START);
        } catch (DemoFailure e) {
            application.close();
            throw e;
        }
        return application;
    }

    private void read() {
        try (BufferedReader in =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                synchronized (lines) {
                    lines.add(line);
                    lines.notifyAll();
                }
            }
        } catch (IOException e) {
            // The stream of a process that is being stopped may break; what was read counts.
        }
        synchronized (lines) {
            ended = true;
            lines.notifyAll();
        }
    }

    /** Waits for a line of the output, one that was written already included. */
    Matcher await(Pattern pattern, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        synchronized (lines) {
            for (int next = 0; ; ) {
                for (; next < lines.size(); next++) {
                    Matcher matcher = pattern.matcher(lines.get(next));
                    if (matcher.find()) {
                        return matcher;
                    }
                }
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (ended || left <= 0) {
                    throw new DemoFailure("the application "
                            + (ended ? "ended" : "did not within " + limit.toSeconds() + " s")
                            + (ended ? " before it wrote '" : " write '") + pattern + "'. The end of its output:\n"
                            + end());
                }
                try {
                    lines.wait(left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new DemoFailure("interrupted", e);
                }
            }
        }
    }

    private String end() {
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 25), lines.size()));
    }

    /** Everything that the application has written so far. */
    List<String> output() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    /**
     * Sends one request.
     *
     * @param tenant value of the tenant header; null for none
     * @param json body to post; null for a request without body
     */
    Answer send(Request request, String tenant, String method, String path, String json) {
        HttpRequest.BodyPublisher body =
                json == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(json);
        HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(60))
                .method(method, body);
        if (tenant != null) {
            builder.header("X-Tenant-Id", tenant);
        }
        if (json != null) {
            builder.header("Content-Type", "application/json");
        }
        String line = method + " " + path;
        try {
            HttpResponse<String> response = http.send(builder.build(), HttpResponse.BodyHandlers.ofString());
            return new Answer(request, tenant, line, response.statusCode(), response.body());
        } catch (IOException e) {
            throw new DemoFailure(line + " was not answered: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DemoFailure("interrupted", e);
        }
    }

    /** Stops the application as an operator would and returns when all of its output was read. */
    @Override
    public void close() {
        stop();
        try {
            reader.join(TimeUnit.SECONDS.toMillis(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        RunningProcesses.remove(this);
    }

    void stop() {
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                process.waitFor(10, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
