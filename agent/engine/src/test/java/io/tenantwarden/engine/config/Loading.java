package io.tenantwarden.engine.config;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.io.FileNotFoundException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** The four layers of one test, and the two outcomes. */
final class Loading {

    private final Properties systemProperties = new Properties();
    private final Map<String, String> environment = new HashMap<>();
    private final Map<String, String> files = new HashMap<>();
    private String arguments;

    static Loading with() {
        return new Loading();
    }

    Loading property(String key, String value) {
        systemProperties.setProperty(key, value);
        return this;
    }

    /** Each entry is {@code key=value}. */
    Loading properties(String... entries) {
        for (String entry : entries) {
            int equals = entry.indexOf('=');
            property(entry.substring(0, equals), entry.substring(equals + 1));
        }
        return this;
    }

    Loading variable(String name, String value) {
        environment.put(name, value);
        return this;
    }

    Loading file(String path, String text) {
        files.put(path, text);
        return this;
    }

    Loading arguments(String text) {
        arguments = text;
        return this;
    }

    Loaded load() {
        return ConfigLoader.load(systemProperties, environment, arguments, path -> {
            String text = files.get(path);
            if (text == null) {
                throw new FileNotFoundException(path + " (No such file or directory)");
            }
            return text;
        });
    }

    Config config() {
        return ready().config();
    }

    Loaded.Ready ready() {
        Loaded loaded = load();
        return assertInstanceOf(Loaded.Ready.class, loaded, loaded::toString);
    }

    Loaded.Refused refused() {
        return assertInstanceOf(Loaded.Refused.class, load());
    }

    List<String> problems() {
        return refused().problems();
    }

    /** The problem, when there is exactly one. */
    String problem() {
        List<String> problems = problems();
        if (problems.size() != 1) {
            throw new AssertionError("expected one problem, got " + problems);
        }
        return problems.get(0);
    }
}
