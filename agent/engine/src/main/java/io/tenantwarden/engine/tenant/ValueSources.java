package io.tenantwarden.engine.tenant;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The sources in braces of {@code warden.guc} templates, each read by itself under the rules of a tenant of type
 * {@link TenantType#TEXT}. Safe for use by several threads.
 */
public final class ValueSources {

    private final Map<String, TenantReader> readers = new HashMap<>();

    /**
     * Readers for these sources.
     *
     * @throws IllegalArgumentException when a {@code value:} source gives a constant that cannot be sent
     */
    public ValueSources(Collection<SourceSpec> specs, SourceContext context, ReadGuard guard) {
        TenantFormat format = new TenantFormat(TenantType.TEXT, null);
        for (SourceSpec spec : specs) {
            readers.put(spec.text(), new TenantReader(List.of(spec), format, context, guard));
        }
    }

    /**
     * The value of one source.
     *
     * @return null when it gives none
     * @throws TenantSourceException when it failed or gave a value that cannot be sent
     * @throws IllegalArgumentException when the source was not given at construction
     */
    public String read(SourceSpec spec) throws TenantSourceException {
        TenantReader reader = readers.get(spec.text());
        if (reader == null) {
            throw new IllegalArgumentException(spec.text() + " is not among the sources");
        }
        return reader.read();
    }

    /** The headers that {@link RequestHeaders} must capture for these sources; case is ignored. */
    public Set<String> headerNames() {
        Set<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        readers.values().forEach(reader -> names.addAll(reader.headerNames()));
        return names;
    }
}
