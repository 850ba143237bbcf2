package io.tenantwarden.engine.tenant;

import io.tenantwarden.engine.tenant.access.HttpRequest;
import java.util.ArrayList;
import java.util.List;

/**
 * What tenant sources read of the HTTP request that a thread serves. Headers, host and path are taken as strings when the
 * request arrives. What the application sets meanwhile (attributes, session, principal) is asked of the request object, by
 * the request's own thread and only as long as it is being served: servers recycle request objects, and reading one later
 * would give another customer's tenant. Other threads never see a request.
 */
public final class RequestValues {

    private static final ThreadLocal<Served> CURRENT = new ThreadLocal<>();
    private static final Object OUTERMOST = new Object();

    private final RequestSource[] fixed;
    private final boolean changing;
    private final boolean empty;

    /** The request of one thread. */
    private static final class Served {
        private final String[] texts;
        private final Object[] values;
        private Object request;

        Served(String[] texts, Object[] values, Object request) {
            this.texts = texts;
            this.values = values;
            this.request = request;
        }
    }

    /** Serves the request sources of these readers. */
    public RequestValues(TenantReader reader, ValueSources values) {
        List<RequestSource> all = new ArrayList<>(reader.requestSources());
        all.addAll(values.requestSources());
        this.empty = all.isEmpty();
        this.changing = all.stream().anyMatch(RequestSource::isSetByApplication);
        this.fixed = all.stream().filter(source -> !source.isSetByApplication()).toArray(RequestSource[]::new);
    }

    /** Whether no source reads requests. */
    public boolean isEmpty() {
        return empty;
    }

    /**
     * A request begins on this thread, or goes on in a filter, servlet or forward inside it. Headers, host and path are
     * those of the outermost. Does not throw: a value that cannot be read makes its source fail.
     *
     * @param request a servlet request, or the exchange of Spring WebFlux
     * @return what {@link #exit} must be given, whatever happens; null when there is nothing to end
     */
    public Object enter(Object request) {
        if (request == null) {
            return null;
        }
        Served served = CURRENT.get();
        if (served == null) {
            CURRENT.set(arrived(request));
            return OUTERMOST;
        }
        if (!changing) {
            return null;
        }
        // a filter may have wrapped it: sessions and principals of Spring live in the wrapper
        Object outer = served.request;
        served.request = request;
        return outer;
    }

    private Served arrived(Object request) {
        HttpRequest access = HttpRequest.of(request);
        String[] texts = new String[fixed.length];
        Object[] values = new Object[fixed.length];
        for (int i = 0; i < fixed.length; i++) {
            texts[i] = fixed[i].spec().text();
            values[i] = take(fixed[i], access, request);
        }
        return new Served(texts, values, changing ? request : null);
    }

    private static Object take(RequestSource source, HttpRequest access, Object request) {
        if (access == null) {
            return null;
        }
        try {
            return source.take(access, request);
        } catch (TenantSourceException e) {
            return e;
        } catch (Throwable t) {
            return TenantSourceException.thrown(source.spec().text(), t);
        }
    }

    /** Ends what {@link #enter} began; after the outermost one nothing stays on the thread. */
    public void exit(Object token) {
        if (token == OUTERMOST) {
            CURRENT.remove();
            return;
        }
        Served served = CURRENT.get();
        if (served != null) {
            served.request = token;
        }
    }

    /** Whether a request only goes on with one that the same thread has served before. Does not throw. */
    public static boolean isContinued(Object request) {
        HttpRequest access = request == null ? null : HttpRequest.of(request);
        try {
            return access != null && access.isContinued(request);
        } catch (Throwable e) {
            return false; // a new one, then: nothing of before answers for it
        }
    }

    static Object read(RequestSource source) throws Throwable {
        Served served = CURRENT.get();
        if (served == null) {
            return null;
        }
        if (source.isSetByApplication()) {
            HttpRequest access = served.request == null ? null : HttpRequest.of(served.request);
            return access == null ? null : source.take(access, served.request);
        }
        String text = source.spec().text();
        for (int i = 0; i < served.texts.length; i++) {
            if (served.texts[i].equals(text)) {
                if (served.values[i] instanceof TenantSourceException failure) {
                    throw failure;
                }
                return served.values[i];
            }
        }
        return null;
    }
}
