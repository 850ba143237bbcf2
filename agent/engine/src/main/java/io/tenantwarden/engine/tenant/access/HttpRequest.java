package io.tenantwarden.engine.tenant.access;

import java.util.List;

/** How to read the HTTP requests of one API. Safe for use by several threads; holds no request. */
public abstract class HttpRequest {

    private static final ClassValue<Holder> KNOWN = new ClassValue<>() {
        @Override
        protected Holder computeValue(Class<?> type) {
            HttpRequest servlet = ServletRequests.of(type);
            return new Holder(servlet != null ? servlet : ReactiveRequests.of(type));
        }
    };

    /** A value that may be absent: ClassValue computes a plain null again each time. */
    private record Holder(HttpRequest access) {}

    HttpRequest() {}

    /** Null when the object is not an HTTP request. */
    public static HttpRequest of(Object request) {
        return KNOWN.get(request.getClass()).access();
    }

    /** All values of a header, its name in whatever case. Everything here throws what the request throws. */
    public abstract List<String> headers(Object request, String name) throws Throwable;

    /** Without port; null when unknown. */
    public abstract String host(Object request) throws Throwable;

    /** The path within the application, beginning with a slash; null when unknown. */
    public abstract String path(Object request) throws Throwable;

    /** Null when there is none. */
    public abstract Object attribute(Object request, String name) throws Throwable;

    /** Null when there is no session or no such attribute; makes no session. */
    public abstract Object sessionAttribute(Object request, String name) throws Throwable;

    /** Null when nobody is logged in. */
    public abstract String userName(Object request) throws Throwable;

    /** Whether it only goes on with one that the same thread has served before: the dispatch to an error page, a forward. */
    public boolean isContinued(Object request) throws Throwable {
        return false;
    }
}
