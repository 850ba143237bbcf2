package io.tenantwarden.engine.session;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * What is known of the SQL texts that one connection has executed lately: the least recently used goes first. Thread-safe: to prepare a statement
 * nobody waits for the one that runs.
 */
public final class KnownTexts {

    private static final int MAX_TEXTS = 256;

    private final Map<String, Object> texts = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Object> eldest) {
            return size() > MAX_TEXTS;
        }
    };

    KnownTexts() {}

    /** What is known of a text; made when it is new. */
    public synchronized Object of(String sql, Function<String, Object> parse) {
        return texts.computeIfAbsent(sql, parse);
    }
}
