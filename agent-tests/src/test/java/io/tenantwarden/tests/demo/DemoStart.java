package io.tenantwarden.tests.demo;

import io.tenantwarden.tests.jvm.Jdk;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Starts the demo on some JDK, to its first answered request, and measures it. */
final class DemoStart {

    private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");
    private static final Pattern USED =
            Pattern.compile("(?:def new generation|DefNew|tenured generation|Tenured)\\s.*?used (\\d+)K");
    private static final Pattern METASPACE = Pattern.compile("Both:\\s+([\\d.]+) KB used");

    /** What is measured of a start. */
    enum Measure {
        /** from the start of the process to the first answer, milliseconds */
        ANSWER("time to the first answer, ms"),
        /** processor time of the process until then, milliseconds */
        PROCESSOR("processor time until then, ms"),
        /** of the heap, after a collection, KiB */
        HEAP("heap after a collection, KiB"),
        /** metadata of classes, KiB */
        METASPACE("metaspace, KiB");

        final String title;

        Measure(String title) {
            this.title = title;
        }
    }

    /** Looks at a JVM that has answered, before it is ended. */
    interface LastLook {
        void at(Process process) throws Exception;
    }

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final BillingDatabase database;

    DemoStart(BillingDatabase database) {
        this.database = database;
    }

    /** The command that starts it; the same for a training run, so that the archive fits. */
    List<String> command(Jdk jdk, List<String> options, Path jar) {
        List<String> command = new ArrayList<>();
        command.add(jdk.java().toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-Xms512m", "-Xmx512m"));
        command.addAll(options);
        command.addAll(List.of("-jar", jar.toString()));
        command.addAll(List.of(
                "--spring.profiles.active=sample",
                "--spring.main.banner-mode=off",
                "--spring.datasource.url=" + database.url(),
                "--spring.datasource.password=secret",
                "--spring.flyway.password=secret",
                "--server.address=127.0.0.1",
                "--server.port=0",
                "--billing.overdue.initial-delay=PT1H"));
        return command;
    }

    static ProcessBuilder process(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment()
                .keySet()
                .removeIf(
                        key -> key.startsWith("WARDEN_") || key.startsWith("OTEL_") || key.equals("JAVA_TOOL_OPTIONS"));
        return builder;
    }

    /**
     * Starts it, measures, and ends it.
     *
     * @param name for the message of a failure
     * @throws DemoFailure when it did not start or did not answer
     */
    Map<Measure, Double> run(String name, Jdk jdk, List<String> options, Path jar, LastLook look) throws Exception {
        ProcessBuilder builder = process(command(jdk, options, jar));
        long begin = System.nanoTime();
        Process process = builder.start();
        try {
            int port = port(name, process);
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/customers"))
                            .timeout(Duration.ofSeconds(60))
                            .header("X-Tenant-Id", "harbour")
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            long end = System.nanoTime();
            if (answer.statusCode() != 200) {
                throw new DemoFailure("with " + name + ": " + answer.statusCode() + " " + answer.body());
            }
            Map<Measure, Double> figures = new LinkedHashMap<>();
            figures.put(Measure.ANSWER, (end - begin) / 1e6);
            figures.put(
                    Measure.PROCESSOR,
                    process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e6);
            Thread.sleep(1000); // what runs at the end of a start
            memory(jdk, process, figures);
            look.at(process);
            return figures;
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private static void memory(Jdk jdk, Process process, Map<Measure, Double> figures) throws Exception {
        jcmd(jdk, process, "GC.run");
        Matcher used = USED.matcher(jcmd(jdk, process, "GC.heap_info"));
        double heap = 0;
        while (used.find()) {
            heap += Double.parseDouble(used.group(1));
        }
        figures.put(Measure.HEAP, heap);
        Matcher metaspace = METASPACE.matcher(jcmd(jdk, process, "VM.metaspace", "basic", "scale=KB"));
        if (!metaspace.find()) {
            throw new DemoFailure(jdk + " does not say how much metaspace it uses");
        }
        figures.put(Measure.METASPACE, Double.parseDouble(metaspace.group(1)));
    }

    /** Reads the output until it names the port, and goes on reading in the background. */
    private static int port(String name, Process process) throws IOException {
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder output = new StringBuilder();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            Matcher port = PORT.matcher(line);
            if (port.find()) {
                Thread rest = new Thread(() -> lines.lines().forEach(ignored -> {}));
                rest.setDaemon(true);
                rest.setUncaughtExceptionHandler((thread, closed) -> {});
                rest.start();
                return Integer.parseInt(port.group(1));
            }
            output.append(line).append('\n');
        }
        throw new DemoFailure("with " + name + " the application did not start:\n" + output);
    }

    static String jcmd(Jdk jdk, Process process, String... command) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>();
        all.add(jdk.home().resolve("bin/jcmd").toString());
        all.add(Long.toString(process.pid()));
        all.addAll(List.of(command));
        return output(all);
    }

    /** Runs a program to its end. */
    static String output(List<String> command) throws IOException, InterruptedException {
        Process process = process(command).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(5, TimeUnit.MINUTES) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new DemoFailure(String.join(" ", command) + ": " + output);
        }
        return output;
    }
}
