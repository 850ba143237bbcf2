package io.tenantwarden.engine.tenant;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The sources in braces of {@code warden.guc} templates, each read by itself under the rules of a tenant of type
 * {@link TenantType#TEXT}. Safe for use by several threads.
 */
public final class ValueSources {

    private final Map<String, TenantReader> readers = new HashMap<>();

    /** Those that run code of the application. */
    private final List<String> ofCode = new ArrayList<>();

    /**
     * Readers for these sources.
     *
     * @throws IllegalArgumentException when a {@code value:} source gives a constant that cannot be sent
     */
    public ValueSources(Collection<SourceSpec> specs, SourceContext context, ReadGuard guard) {
        TenantFormat format = new TenantFormat(TenantType.TEXT, null);
        for (SourceSpec spec : specs) {
            TenantReader before = readers.put(spec.text(), new TenantReader(List.of(spec), format, context, guard));
            if (before == null && spec.isOfThread() && spec.kind() != SourceKinds.MDC) {
                ofCode.add(spec.text());
            }
        }
    }

    /** The text of those that run SQL themselves, as far as that can be known. */
    public List<String> thatMayRunSql() {
        if (ofCode.isEmpty()) {
            return List.of();
        }
        return ofCode.stream().filter(source -> readers.get(source).mayRunSql()).toList();
    }

    /**
     * The value of one source.
     *
     * @return null when it gives none
     * @throws TenantSourceException when it failed or gave a value that cannot be sent
     * @throws IllegalArgumentException when the source was not given at construction
     */
    public String read(SourceSpec spec) throws TenantSourceException {
        return read(spec.text());
    }

    /** As {@link #read(SourceSpec)}, by its text. */
    public String read(String source) throws TenantSourceException {
        TenantReader reader = readers.get(source);
        if (reader == null) {
            throw new IllegalArgumentException(source + " is not among the sources");
        }
        return reader.read();
    }

    List<RequestSource> requestSources() {
        return readers.values().stream()
                .flatMap(reader -> reader.requestSources().stream())
                .toList();
    }

    List<MessageSource> messageSources() {
        return readers.values().stream()
                .flatMap(reader -> reader.messageSources().stream())
                .toList();
    }

    /** Whether some source is of this kind. */
    public boolean reads(SourceKind kind) {
        return readers.values().stream().anyMatch(reader -> reader.reads(kind));
    }

    /** The sources, as written, whose class no loader of the application has loaded so far. */
    public List<String> notLoaded() {
        return readers.values().stream()
                .flatMap(reader -> reader.notLoaded().stream())
                .toList();
    }
}
