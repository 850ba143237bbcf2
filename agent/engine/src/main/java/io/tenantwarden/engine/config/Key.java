package io.tenantwarden.engine.config;

import java.util.Locale;

/**
 * The declaration of one configuration key, or of a family of keys with a part of their own in the name
 * ({@code warden.scope.<name>}, {@code warden.tenant.<n>}). Immutable.
 *
 * @param <T> the type of its value
 */
public final class Key<T> {

    /** What the part in angle brackets may be. */
    enum Part {
        NONE,
        /** {@code [a-z0-9-]+}. */
        NAME,
        /** 1, 2, 3 ... */
        NUMBER
    }

    private final String name;
    private final ValueType<T> type;
    private final String defaultText;
    private final String meaning;
    private final String example;
    private final boolean secret;
    private final Part part;
    private final String prefix;
    private final String suffix;

    private Key(String name, ValueType<T> type, String defaultText, String meaning, String example, boolean secret) {
        this.name = name;
        this.type = type;
        this.defaultText = defaultText;
        this.meaning = meaning;
        this.example = example;
        this.secret = secret;
        int open = name.indexOf('<');
        int close = name.indexOf('>');
        this.part = open < 0 ? Part.NONE : name.startsWith("<n>", open) ? Part.NUMBER : Part.NAME;
        this.prefix = open < 0 ? name : name.substring(0, open);
        this.suffix = open < 0 ? "" : name.substring(close + 1);
    }

    /** A key without a default. */
    static <T> Key<T> of(String name, ValueType<T> type, String meaning, String example) {
        return new Key<>(name, type, null, meaning, example, false);
    }

    Key<T> orElse(String text) {
        return new Key<>(name, type, text, meaning, example, secret);
    }

    /** Its value may hold credentials: never printed. */
    Key<T> asSecret() {
        return new Key<>(name, type, defaultText, meaning, example, true);
    }

    /** The full name, for instance {@code warden.mode}; a family has its part in angle brackets. */
    public String name() {
        return name;
    }

    /** The default as it would be written; null when the key has none. */
    public String defaultText() {
        return defaultText;
    }

    /** What may be written, in one phrase. */
    public String allowed() {
        return type.allowed();
    }

    /** What it does, in one or two sentences. */
    public String meaning() {
        return meaning;
    }

    /** A value that may be written. */
    public String example() {
        return example;
    }

    /** Whether its value must not be printed. */
    public boolean isSecret() {
        return secret;
    }

    /** The environment variable for it, a family's part still in angle brackets. */
    public String variable() {
        return variableOf(name);
    }

    Part part() {
        return part;
    }

    /** The name up to the part; the whole name when it has none. */
    String prefix() {
        return prefix;
    }

    /** The name after the part. */
    String suffix() {
        return suffix;
    }

    /** The full name with this in place of the angle brackets. */
    String with(String value) {
        return prefix.concat(value).concat(suffix);
    }

    ValueType<T> type() {
        return type;
    }

    T defaultValue() {
        return defaultText == null ? type.absent() : type.read(defaultText);
    }

    static String variableOf(String name) {
        return name.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
    }

    @Override
    public String toString() {
        return name;
    }
}
