package io.tenantwarden.tests.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;

/** Where the time of a start goes: what was loaded, from {@code -Xlog:class+load}, and what ran, from Flight Recorder. */
final class StartupParts {

    private static final Pattern LOADED = Pattern.compile("\\] (\\S+) source: (.*)");
    private static final String OURS = "io.tenantwarden.";
    private static final String SHADED = OURS + "shaded.";

    private StartupParts() {}

    /** How many classes there were of each kind. */
    static Map<String, Integer> classes(Path log) throws IOException {
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (String kind : List.of(
                "from an archive, the JDK's default one included",
                "read from the application's jars, or made by it",
                "read from the JDK's image",
                "of the agent: its own",
                "of the agent: Byte Buddy and other libraries",
                "of the agent: lambdas")) {
            counts.put(kind, 0);
        }
        for (String line : Files.readAllLines(log)) {
            Matcher loaded = LOADED.matcher(line);
            if (loaded.find() && !loaded.group(2).startsWith("__VM_RedefineClasses__")) {
                counts.merge(kind(loaded.group(1), loaded.group(2)), 1, Integer::sum);
            }
        }
        return counts;
    }

    private static String kind(String name, String source) {
        if (name.startsWith(SHADED)) {
            return "of the agent: Byte Buddy and other libraries";
        }
        if (name.startsWith(OURS)) {
            return name.contains("$$Lambda") ? "of the agent: lambdas" : "of the agent: its own";
        }
        if (source.startsWith("shared objects file")) {
            return "from an archive, the JDK's default one included";
        }
        return source.startsWith("jrt:")
                ? "read from the JDK's image"
                : "read from the application's jars, or made by it";
    }

    /** How many samples of running Java code fell into each part, the agent's first. */
    static Map<String, Integer> samples(Path recording) throws IOException {
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (Part part : Part.values()) {
            counts.put(part.title, 0);
        }
        try (RecordingFile file = new RecordingFile(recording)) {
            while (file.hasMoreEvents()) {
                RecordedEvent event = file.readEvent();
                RecordedStackTrace stack = event.getStackTrace();
                if (event.getEventType().getName().equals("jdk.ExecutionSample") && stack != null) {
                    counts.merge(part(event.getThread("sampledThread"), stack).title, 1, Integer::sum);
                }
            }
        }
        return counts;
    }

    private enum Part {
        PREMAIN("premain: configuration, engine, classes that were loaded before"),
        LOOK("looking at class files"),
        CHANGE("changing classes (Byte Buddy)"),
        HOOKS("connections, statements and tasks on the application's threads"),
        OWN_THREADS("threads of the agent's own"),
        APPLICATION("everything else");

        private final String title;

        Part(String title) {
            this.title = title;
        }
    }

    private static Part part(RecordedThread thread, RecordedStackTrace stack) {
        if (thread != null && String.valueOf(thread.getJavaName()).startsWith("tenant-warden")) {
            return Part.OWN_THREADS;
        }
        Part found = Part.APPLICATION;
        List<RecordedFrame> frames = stack.getFrames();
        for (int i = frames.size() - 1; i >= 0; i--) {
            String type = frames.get(i).getMethod().getType().getName();
            if (type.equals(OURS + "bootstrap.WardenAgent")) {
                return Part.PREMAIN;
            }
            if (type.startsWith(OURS + "instrumentation.") && type.endsWith("Transformer")) {
                found = Part.LOOK;
            } else if (found == Part.LOOK && type.startsWith(SHADED)) {
                found = Part.CHANGE;
            } else if (found == Part.APPLICATION && type.startsWith(OURS)) {
                found = Part.HOOKS;
            }
        }
        return found;
    }
}
