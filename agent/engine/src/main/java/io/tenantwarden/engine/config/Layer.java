package io.tenantwarden.engine.config;

/** Where a value was set. Declared in order of precedence: the first that sets a key wins. */
public enum Layer {
    SYSTEM_PROPERTY("system property"),
    ENVIRONMENT("environment"),
    FILE("file"),
    ARGUMENT("agent argument");

    private final String label;

    Layer(String label) {
        this.label = label;
    }

    /** The layer's name in messages, for instance {@code system property}. */
    public String label() {
        return label;
    }
}
