package io.tenantwarden.engine.tenant.access;

import java.lang.invoke.MethodHandle;
import java.security.Principal;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Set;

/** HTTP requests of the Servlet API, under its old and its new name. */
final class ServletRequests extends HttpRequest {

    private static final Set<String> NAMES =
            Set.of("jakarta.servlet.http.HttpServletRequest", "javax.servlet.http.HttpServletRequest");

    private static final Set<String> CONTINUED = Set.of("ERROR", "FORWARD", "INCLUDE");

    /** Per interface, so that the handles live and die with the API they belong to. */
    private static final ClassValue<ServletRequests> BY_INTERFACE = new ClassValue<>() {
        @Override
        protected ServletRequests computeValue(Class<?> type) {
            return new ServletRequests(type);
        }
    };

    private final MethodHandle getHeaders;
    private final MethodHandle getServerName;
    private final MethodHandle getServletPath;
    private final MethodHandle getPathInfo;
    private final MethodHandle getAttribute;
    private final MethodHandle getSession;
    private final MethodHandle sessionGetAttribute;
    private final MethodHandle getUserPrincipal;

    /** Null before version 3 of the API. */
    private final MethodHandle getDispatcherType;

    private ServletRequests(Class<?> request) {
        getHeaders = Interfaces.method(request, "getHeaders", String.class);
        getServerName = Interfaces.method(request, "getServerName");
        getServletPath = Interfaces.method(request, "getServletPath");
        getPathInfo = Interfaces.method(request, "getPathInfo");
        getAttribute = Interfaces.method(request, "getAttribute", String.class);
        getSession = Interfaces.method(request, "getSession", boolean.class);
        getUserPrincipal = Interfaces.method(request, "getUserPrincipal");
        getDispatcherType = Interfaces.methodIfThere(request, "getDispatcherType");
        try {
            Class<?> session = request.getMethod("getSession", boolean.class).getReturnType();
            sessionGetAttribute = Interfaces.method(session, "getAttribute", String.class);
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(e);
        }
    }

    static ServletRequests of(Class<?> type) {
        Class<?> request = Interfaces.find(type, NAMES);
        return request == null ? null : BY_INTERFACE.get(request);
    }

    @Override
    public List<String> headers(Object request, String name) throws Throwable {
        Object values = (Object) getHeaders.invokeExact(request, name);
        List<String> all = new ArrayList<>(1);
        if (values instanceof Enumeration<?> enumeration) {
            while (enumeration.hasMoreElements()) {
                all.add((String) enumeration.nextElement());
            }
        }
        return all;
    }

    @Override
    public String host(Object request) throws Throwable {
        return (String) (Object) getServerName.invokeExact(request);
    }

    /** What the container mapped: decoded, without {@code ..} and path parameters, which the raw URI still has. */
    @Override
    public String path(Object request) throws Throwable {
        Object servlet = (Object) getServletPath.invokeExact(request);
        Object info = (Object) getPathInfo.invokeExact(request);
        return (servlet == null ? "" : (String) servlet) + (info == null ? "" : (String) info);
    }

    @Override
    public Object attribute(Object request, String name) throws Throwable {
        return (Object) getAttribute.invokeExact(request, name);
    }

    @Override
    public Object sessionAttribute(Object request, String name) throws Throwable {
        Object session = (Object) getSession.invokeExact(request, false);
        return session == null ? null : (Object) sessionGetAttribute.invokeExact(session, name);
    }

    @Override
    public String userName(Object request) throws Throwable {
        Object principal = (Object) getUserPrincipal.invokeExact(request);
        return principal == null ? null : ((Principal) principal).getName();
    }

    /** Not an asynchronous dispatch: that one goes on on another thread. */
    @Override
    public boolean isContinued(Object request) throws Throwable {
        Object type = getDispatcherType == null ? null : (Object) getDispatcherType.invokeExact(request);
        return type instanceof Enum<?> dispatcher && CONTINUED.contains(dispatcher.name());
    }
}
