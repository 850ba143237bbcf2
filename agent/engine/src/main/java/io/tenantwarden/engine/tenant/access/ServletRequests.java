package io.tenantwarden.engine.tenant.access;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/** HTTP requests of the Servlet API, under its old and its new name. Safe for use by several threads. */
public final class ServletRequests {

    private static final String JAKARTA = "jakarta.servlet.http.HttpServletRequest";
    private static final String JAVAX = "javax.servlet.http.HttpServletRequest";

    private static final MethodType GET_HEADER = MethodType.methodType(String.class, String.class);
    private static final MethodType GENERIC = MethodType.methodType(String.class, Object.class, String.class);
    private static final MethodHandle NONE =
            MethodHandles.dropArguments(MethodHandles.constant(String.class, null), 0, Object.class, String.class);

    /** Per interface: getHeader(String). */
    private static final ClassValue<MethodHandle> GETTERS = new ClassValue<>() {
        @Override
        protected MethodHandle computeValue(Class<?> type) {
            try {
                return MethodHandles.publicLookup()
                        .findVirtual(type, "getHeader", GET_HEADER)
                        .asType(GENERIC);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(type.getName() + " has no public getHeader(String)", e);
            }
        }
    };

    /** Per class of requests: the getter of its interface. */
    private static final ClassValue<MethodHandle> REQUESTS = new ClassValue<>() {
        @Override
        protected MethodHandle computeValue(Class<?> type) {
            Class<?> request = requestInterface(type);
            return request == null ? NONE : GETTERS.get(request);
        }
    };

    private ServletRequests() {}

    /**
     * The first header of that name.
     *
     * @return null when the request has none, or when the object is not an HTTP request
     * @throws Throwable what the request throws
     */
    public static String header(Object request, String name) throws Throwable {
        return (String) REQUESTS.get(request.getClass()).invokeExact(request, name);
    }

    private static Class<?> requestInterface(Class<?> type) {
        if (type == null) {
            return null;
        }
        if (type.isInterface()
                && (type.getName().equals(JAKARTA) || type.getName().equals(JAVAX))) {
            return type;
        }
        for (Class<?> parent : type.getInterfaces()) {
            Class<?> found = requestInterface(parent);
            if (found != null) {
                return found;
            }
        }
        return requestInterface(type.getSuperclass());
    }
}
