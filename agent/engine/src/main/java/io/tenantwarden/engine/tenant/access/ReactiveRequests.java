package io.tenantwarden.engine.tenant.access;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Spring WebFlux's {@code ServerWebExchange}. Its session and its principal come later, on whatever thread, so that they
 * give no answer here.
 */
final class ReactiveRequests extends HttpRequest {

    private static final Set<String> NAMES = Set.of("org.springframework.web.server.ServerWebExchange");

    private static final ClassValue<ReactiveRequests> BY_INTERFACE = new ClassValue<>() {
        @Override
        protected ReactiveRequests computeValue(Class<?> type) {
            return new ReactiveRequests(type);
        }
    };

    private final MethodHandle getRequest;
    private final MethodHandle getHeaders;
    private final MethodHandle getHeader;
    private final MethodHandle getUri;
    private final MethodHandle getPath;
    private final MethodHandle withinApplication;
    private final MethodHandle pathValue;
    private final MethodHandle getAttributes;

    private ReactiveRequests(Class<?> exchange) {
        try {
            Class<?> request = exchange.getMethod("getRequest").getReturnType();
            Class<?> headers = request.getMethod("getHeaders").getReturnType();
            Class<?> path = request.getMethod("getPath").getReturnType();
            Class<?> container = path.getMethod("pathWithinApplication").getReturnType();
            getRequest = Interfaces.method(exchange, "getRequest");
            getHeaders = Interfaces.method(request, "getHeaders");
            // its parameter is an Object up to Spring 6, a String from 7 on
            MethodHandle byString = Interfaces.methodIfThere(headers, "getOrEmpty", String.class);
            getHeader = byString != null
                    ? byString
                    : Interfaces.method(headers, "getOrEmpty", Object.class)
                            .asType(MethodType.methodType(Object.class, Object.class, String.class));
            getUri = Interfaces.method(request, "getURI");
            getPath = Interfaces.method(request, "getPath");
            withinApplication = Interfaces.method(path, "pathWithinApplication");
            pathValue = Interfaces.method(container, "value");
            getAttributes = Interfaces.method(exchange, "getAttributes");
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(e);
        }
    }

    static ReactiveRequests of(Class<?> type) {
        Class<?> exchange = Interfaces.find(type, NAMES);
        return exchange == null ? null : BY_INTERFACE.get(exchange);
    }

    @Override
    @SuppressWarnings("unchecked")
    public List<String> headers(Object exchange, String name) throws Throwable {
        Object request = (Object) getRequest.invokeExact(exchange);
        Object headers = (Object) getHeaders.invokeExact(request);
        return (List<String>) (Object) getHeader.invokeExact(headers, name);
    }

    @Override
    public String host(Object exchange) throws Throwable {
        Object request = (Object) getRequest.invokeExact(exchange);
        return ((URI) (Object) getUri.invokeExact(request)).getHost();
    }

    @Override
    public String path(Object exchange) throws Throwable {
        Object request = (Object) getRequest.invokeExact(exchange);
        Object path = (Object) getPath.invokeExact(request);
        Object within = (Object) withinApplication.invokeExact(path);
        return (String) (Object) pathValue.invokeExact(within);
    }

    @Override
    public Object attribute(Object exchange, String name) throws Throwable {
        return ((Map<?, ?>) (Object) getAttributes.invokeExact(exchange)).get(name);
    }

    @Override
    public Object sessionAttribute(Object exchange, String name) {
        return null;
    }

    @Override
    public String userName(Object exchange) {
        return null;
    }
}
