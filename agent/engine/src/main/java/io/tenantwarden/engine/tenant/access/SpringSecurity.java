package io.tenantwarden.engine.tenant.access;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Map;
import java.util.Set;

/** Spring Security's current Authentication, since version 3. Safe for use by several threads. */
public final class SpringSecurity {

    private static final Set<String> ANONYMOUS =
            Set.of("org.springframework.security.authentication.AnonymousAuthenticationToken");
    private static final Set<String> AUTHENTICATION = Set.of("org.springframework.security.core.Authentication");

    /** Handles of one SecurityContextHolder and what belongs to it. */
    private record Api(MethodHandle strategy, MethodHandle getContext, MethodHandle getAuthentication) {}

    /** Handles of one class of authentications; without claims when it has no token. */
    private record Token(
            boolean usable, MethodHandle isAuthenticated, MethodHandle getPrincipal, MethodHandle getToken) {}

    private final ClassValue<Api> apis = new ClassValue<>() {
        @Override
        protected Api computeValue(Class<?> holder) {
            try {
                Class<?> context = holder.getMethod("getContext").getReturnType();
                return new Api(
                        Interfaces.methodIfThere(holder, "getContextHolderStrategy"),
                        Interfaces.method(holder, "getContext"),
                        Interfaces.method(context, "getAuthentication"));
            } catch (NoSuchMethodException e) {
                throw new IllegalStateException(e);
            }
        }
    };

    /**
     * Per strategy: its ThreadLocal. Asking a strategy for the context of a thread that has none makes an empty one, which
     * would then stay on the thread and hold the application's class loader.
     */
    private final ClassValue<Peek> peeks = new ClassValue<>() {
        @Override
        protected Peek computeValue(Class<?> strategy) {
            try {
                Field field = strategy.getDeclaredField("contextHolder");
                if (Modifier.isStatic(field.getModifiers())
                        && ThreadLocal.class.isAssignableFrom(field.getType())
                        && field.trySetAccessible()) {
                    return new Peek(
                            MethodHandles.lookup().unreflectGetter(field).asType(MethodType.methodType(Object.class)));
                }
            } catch (ReflectiveOperationException e) {
                // a strategy of another kind: it is asked in the ordinary way
            }
            return new Peek(null);
        }
    };

    private record Peek(MethodHandle threadLocal) {}

    private final ClassValue<Token> tokens = new ClassValue<>() {
        @Override
        protected Token computeValue(Class<?> type) {
            Class<?> authentication = Interfaces.find(type, AUTHENTICATION);
            return new Token(
                    Interfaces.find(type, ANONYMOUS) == null,
                    Interfaces.method(authentication, "isAuthenticated"),
                    Interfaces.method(authentication, "getPrincipal"),
                    publicMethod(type, "getToken"));
        }
    };

    private final ClassValue<Claims> claims = new ClassValue<>() {
        @Override
        protected Claims computeValue(Class<?> type) {
            MethodHandle found = null;
            for (String name : new String[] {"getClaims", "getTokenAttributes", "getAttributes"}) {
                MethodHandle handle = publicMethod(type, name);
                if (found == null && handle != null) {
                    found = handle;
                }
            }
            return new Claims(found);
        }
    };

    private record Claims(MethodHandle getter) {}

    /**
     * The Authentication of this thread.
     *
     * @param holder the application's {@code SecurityContextHolder}
     * @return null when there is none, and when it is anonymous or not authenticated
     */
    public Object authentication(Class<?> holder) throws Throwable {
        Api api = apis.get(holder);
        if (api.strategy != null) {
            Object strategy = (Object) api.strategy.invokeExact();
            MethodHandle local = strategy == null ? null : peeks.get(strategy.getClass()).threadLocal;
            if (local != null && ((ThreadLocal<?>) (Object) local.invokeExact()).get() == null) {
                return null;
            }
        }
        Object context = (Object) api.getContext.invokeExact();
        Object authentication = context == null ? null : (Object) api.getAuthentication.invokeExact(context);
        if (authentication == null) {
            return null;
        }
        Token token = tokens.get(authentication.getClass());
        boolean counts = token.usable && (Boolean) (Object) token.isAuthenticated.invokeExact(authentication);
        return counts ? authentication : null;
    }

    /**
     * A claim of the token: of the principal when that is the token (Jwt, OidcUser, OAuth2User), else of what {@code
     * getToken()} gives, else an attribute of an opaque token.
     *
     * @return null when the user was authenticated in another way, or the token has no such claim
     */
    public Object claim(Object authentication, String name) throws Throwable {
        Token token = tokens.get(authentication.getClass());
        Object found = claimOf((Object) token.getPrincipal.invokeExact(authentication), name);
        if (found == null && token.getToken != null) {
            found = claimOf((Object) token.getToken.invokeExact(authentication), name);
        }
        return found != null ? found : claimOf(authentication, name);
    }

    private Object claimOf(Object holder, String name) throws Throwable {
        MethodHandle getter = holder == null ? null : claims.get(holder.getClass()).getter;
        return getter != null && (Object) getter.invokeExact(holder) instanceof Map<?, ?> map ? map.get(name) : null;
    }

    /** Declared by a public class or interface, so that it can be called. */
    private static MethodHandle publicMethod(Class<?> type, String name) {
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            MethodHandle found = declared(c, name);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private static MethodHandle declared(Class<?> c, String name) {
        if (Modifier.isPublic(c.getModifiers())) {
            MethodHandle found = Interfaces.methodIfThere(c, name);
            if (found != null) {
                return found;
            }
        }
        for (Class<?> parent : c.getInterfaces()) {
            MethodHandle found = declared(parent, name);
            if (found != null) {
                return found;
            }
        }
        return null;
    }
}
