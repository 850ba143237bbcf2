package io.tenantwarden.engine.tenant;

import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

/**
 * Reads the current tenant from the configured sources, in their order. Only null or blank passes to the next source.
 *
 * <p>Safe for use by several threads. Reading the value that was read lately neither allocates nor locks.
 */
public final class TenantReader {

    private final List<SourceSpec> specs;
    private final TenantSource[] sources;
    private final String[] texts;
    private final TenantFormat format;
    private final ReadGuard guard;
    private final AtomicBoolean recursionNoted = new AtomicBoolean();

    /**
     * A reader.
     *
     * @param specs the sources in order; may be empty
     * @param format what tenant ids look like
     * @param context where the sources find the application's classes
     * @param guard keeps a source that runs SQL from calling itself; one guard may serve several readers
     * @throws IllegalArgumentException when a {@code value:} source gives a constant that is not a tenant id of the format
     */
    public TenantReader(List<SourceSpec> specs, TenantFormat format, SourceContext context, ReadGuard guard) {
        this.specs = List.copyOf(specs);
        this.format = Objects.requireNonNull(format, "format");
        this.guard = Objects.requireNonNull(guard, "guard");
        this.sources =
                this.specs.stream().map(spec -> TenantSource.of(spec, context)).toArray(TenantSource[]::new);
        this.texts = this.specs.stream().map(SourceSpec::text).toArray(String[]::new);
        for (SourceSpec spec : this.specs) {
            if (spec.kind() == SourceSpec.Kind.VALUE) {
                checkConstant(spec);
            }
        }
    }

    private void checkConstant(SourceSpec spec) {
        try {
            format.text(spec.target(), spec.text());
        } catch (TenantSourceException e) {
            throw new IllegalArgumentException("'" + spec.text() + "' " + e.getMessage());
        }
    }

    /**
     * The current tenant's id.
     *
     * @return null when every source passed, and when this thread is reading already
     * @throws TenantSourceException when a source failed or gave an invalid value; the scope is {@code NONE} then
     */
    public String read() throws TenantSourceException {
        if (!guard.enter()) {
            noteRecursion();
            return null;
        }
        try {
            for (int i = 0; i < sources.length; i++) {
                String tenant = format.text(raw(i), texts[i]);
                if (tenant != null) {
                    return tenant;
                }
            }
            return null;
        } finally {
            guard.exit();
        }
    }

    private Object raw(int index) throws TenantSourceException {
        try {
            return sources[index].read();
        } catch (TenantSourceException e) {
            throw e;
        } catch (Throwable t) {
            throw TenantSourceException.thrown(texts[index], t);
        }
    }

    private void noteRecursion() {
        if (!recursionNoted.get() && recursionNoted.compareAndSet(false, true)) {
            guard.recursive(String.join(", ", texts));
        }
    }

    /** The headers that {@link RequestHeaders} must capture; case is ignored. Empty when no source is a header. */
    public Set<String> headerNames() {
        return specs.stream()
                .filter(spec -> spec.kind() == SourceSpec.Kind.HEADER)
                .map(SourceSpec::target)
                .collect(Collectors.collectingAndThen(
                        Collectors.toCollection(() -> new TreeSet<>(String.CASE_INSENSITIVE_ORDER)),
                        Collections::unmodifiableSet));
    }

    /**
     * The sources, as written, whose class no loader of the application has loaded so far: a name that stays here is
     * probably mistyped.
     */
    public List<String> notLoaded() {
        return specs.stream()
                .filter(spec -> !sources[specs.indexOf(spec)].isLoaded())
                .map(SourceSpec::text)
                .toList();
    }
}
