package io.tenantwarden.engine.config;

/** How the text of a value becomes what the engine works with. Implementations keep no state. */
abstract class ValueType<T> {

    private final String allowed;

    /** @param allowed what may be written, for messages and for the documentation */
    ValueType(String allowed) {
        this.allowed = allowed;
    }

    final String allowed() {
        return allowed;
    }

    /** Whether the empty text is a value of this type. */
    boolean acceptsBlank() {
        return false;
    }

    /** The value of a key that is set nowhere and has no default. */
    T absent() {
        return null;
    }

    /**
     * Reads a value.
     *
     * @param text stripped; blank only when {@link #acceptsBlank()}
     * @throws IllegalArgumentException whose message says what is wrong and what to write instead
     */
    abstract T read(String text);
}
