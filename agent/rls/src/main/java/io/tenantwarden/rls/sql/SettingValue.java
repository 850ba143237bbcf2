package io.tenantwarden.rls.sql;

import java.util.Objects;

/**
 * What a statement changes a setting to, as far as its text says. Immutable. The text of a literal is a tenant's data: it is
 * not part of {@link #toString()}.
 */
public final class SettingValue {

    /** What it is. */
    public enum Kind {
        /** Written in the statement. */
        LITERAL,
        /** Bound: {@code $1}, or a JDBC placeholder. */
        PARAMETER,
        /** The value that RESET gives. */
        DEFAULT,
        /** Computed, a list, or in a form that is not read. */
        UNKNOWN
    }

    /** RESET, DISCARD ALL, SET ... TO DEFAULT, and {@code set_config} of null. */
    public static final SettingValue DEFAULT = new SettingValue(Kind.DEFAULT, null, 0);

    public static final SettingValue UNKNOWN = new SettingValue(Kind.UNKNOWN, null, 0);

    private final Kind kind;
    private final String text;
    private final int parameter;

    private SettingValue(Kind kind, String text, int parameter) {
        this.kind = kind;
        this.text = text;
        this.parameter = parameter;
    }

    static SettingValue literal(String text) {
        return new SettingValue(Kind.LITERAL, text, 0);
    }

    static SettingValue parameter(int number) {
        return new SettingValue(Kind.PARAMETER, null, number);
    }

    public Kind kind() {
        return kind;
    }

    /** The value of a {@link Kind#LITERAL}, as the server understands it; else null. */
    public String text() {
        return text;
    }

    /** The number of a {@link Kind#PARAMETER}, the first is 1; else 0. */
    public int parameter() {
        return parameter;
    }

    /** Whether it is this text for certain. */
    public boolean is(String value) {
        return text != null && text.equals(value);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SettingValue v
                && kind == v.kind
                && parameter == v.parameter
                && Objects.equals(text, v.text);
    }

    @Override
    public int hashCode() {
        return Objects.hash(kind, text, parameter);
    }

    /** {@code LITERAL}, {@code PARAMETER 1}, ...: without the text. */
    @Override
    public String toString() {
        return kind == Kind.PARAMETER ? kind + " " + parameter : kind.toString();
    }
}
