package io.tenantwarden.engine.tenant;

import io.tenantwarden.bootstrap.ThreadState;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;

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
    private volatile boolean runsSql;
    private volatile boolean answered;

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
        this.sources = this.specs.stream()
                .map(spec -> spec.kind().source(spec, context))
                .toArray(TenantSource[]::new);
        this.texts = this.specs.stream().map(SourceSpec::text).toArray(String[]::new);
        for (SourceSpec spec : this.specs) {
            if (spec.kind() == SourceKinds.VALUE) {
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
        return readGuarded(guard.enter());
    }

    /** As {@link #read()}, where the state of the current thread is at hand. */
    public String read(ThreadState current) throws TenantSourceException {
        return readGuarded(guard.enter(current));
    }

    private String readGuarded(Object entered) throws TenantSourceException {
        if (entered == null) {
            return null;
        }
        try {
            for (int i = 0; i < sources.length; i++) {
                String tenant = format.text(raw(i), texts[i]);
                if (tenant != null) {
                    if (!answered) {
                        answered = true;
                    }
                    return tenant;
                }
            }
            return null;
        } finally {
            if (guard.exit(entered)) {
                noteRecursion();
            }
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
        runsSql = true;
        if (!recursionNoted.get() && recursionNoted.compareAndSet(false, true)) {
            guard.recursive(String.join(", ", texts));
        }
    }

    /** Whether there are no sources. */
    public boolean isEmpty() {
        return sources.length == 0;
    }

    /** Whether a source was seen to run SQL, or to borrow a connection, while it was asked. */
    public boolean runsSql() {
        return runsSql;
    }

    /** Whether it does, or nobody can know: it has not answered yet. */
    boolean mayRunSql() {
        return runsSql || !answered;
    }

    /** Whether this tenant is a constant of the configuration: {@code value:}. */
    public boolean isConstant(String tenant) {
        for (SourceSpec spec : specs) {
            if (spec.kind() == SourceKinds.VALUE && tenant.equals(constant(spec))) {
                return true;
            }
        }
        return false;
    }

    private String constant(SourceSpec spec) {
        try {
            return format.text(spec.target(), spec.text());
        } catch (TenantSourceException e) {
            return null;
        }
    }

    /**
     * The source that answers now, asked once more: for the moments in which something is wrong.
     *
     * @return null when none answers, or one fails before
     */
    public SourceSpec answering() {
        Object entered = guard.enter();
        if (entered == null) {
            return null;
        }
        try {
            for (int i = 0; i < sources.length; i++) {
                if (format.text(raw(i), texts[i]) != null) {
                    return specs.get(i);
                }
            }
            return null;
        } catch (TenantSourceException e) {
            return null;
        } finally {
            guard.exit(entered);
        }
    }

    /** As {@link #read}; null also when a source fails. */
    public String readQuietly() {
        try {
            return read();
        } catch (TenantSourceException e) {
            return null;
        }
    }

    List<RequestSource> requestSources() {
        return ofType(RequestSource.class);
    }

    List<MessageSource> messageSources() {
        return ofType(MessageSource.class);
    }

    private <T> List<T> ofType(Class<T> type) {
        return Arrays.stream(sources).filter(type::isInstance).map(type::cast).toList();
    }

    /** Whether some source is of this kind. */
    public boolean reads(SourceKind kind) {
        return specs.stream().anyMatch(spec -> spec.kind() == kind);
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

    /**
     * The sources, as written, whose class was loaded by class loaders of which one is the other's parent; with the names of
     * both.
     */
    public Map<String, String> loadedTwice() {
        Map<String, String> found = new LinkedHashMap<>();
        for (int i = 0; i < sources.length; i++) {
            String loaders = sources[i].shadowing();
            if (loaders != null) {
                found.put(texts[i], loaders);
            }
        }
        return found;
    }
}
