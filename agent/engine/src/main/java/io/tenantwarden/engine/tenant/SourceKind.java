package io.tenantwarden.engine.tenant;

import java.util.List;

/**
 * One kind of tenant source: how it is written, what is said of it in messages and documents, what it needs, and how it is made. Each kind is
 * declared in the file of its source and listed in {@link SourceKinds}. Immutable.
 */
public abstract class SourceKind {

    private final String name;
    private final String phrase;
    private final String examples;
    private final String meaning;

    /**
     * @param name what stands before the colon
     * @param phrase how an entry is written, as the page of the keys says it, in Markdown
     * @param examples entries that can be read, divided by comma and blank
     * @param meaning what it reads, in Markdown
     */
    SourceKind(String name, String phrase, String examples, String meaning) {
        this.name = name;
        this.phrase = phrase;
        this.examples = examples;
        this.meaning = meaning;
    }

    /** What stands before the colon, in lower case. */
    public final String name() {
        return name;
    }

    /** How an entry is written, as the page of the keys says it. */
    final String phrase() {
        return phrase;
    }

    /** Entries that can be read, divided by comma and blank. */
    public final String examples() {
        return examples;
    }

    /** What it reads, in Markdown. */
    public final String meaning() {
        return meaning;
    }

    /** Whether nothing follows the name. */
    public boolean standsAlone() {
        return false;
    }

    /**
     * Whether the application may leave its value behind on a thread. Not baggage: the context of a request is made current
     * before its first filter begins.
     */
    boolean isOfThread() {
        return false;
    }

    /** Whether it is read from the message that a listener handles. */
    public boolean isMessage() {
        return false;
    }

    /** Whether it is a static member of a class of the application, which {@link SourceSpec#target} names. */
    public boolean isMember() {
        return false;
    }

    /**
     * Reads what follows the colon.
     *
     * @param argument without blanks around it; not empty unless the kind stands alone
     * @param text the whole entry, for messages
     * @throws IllegalArgumentException with a message that says what is allowed
     */
    SourceSpec parse(String argument, String text) {
        return new SourceSpec(this, argument, null, List.of(), text);
    }

    /** The class of the application that a source needs and that must be watched for; null when none. */
    String watchedClass(SourceSpec spec) {
        return null;
    }

    /** Makes the source for one entry of the configuration. */
    abstract TenantSource source(SourceSpec spec, SourceContext context);

    @Override
    public final String toString() {
        return name;
    }
}
