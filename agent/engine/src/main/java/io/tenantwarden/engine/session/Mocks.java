package io.tenantwarden.engine.session;

import java.lang.reflect.Proxy;

/**
 * Tells the objects that tests put in a connection's place: a question of Warden's to one of them would be an interaction that the test
 * did not expect. Thread-safe.
 */
public final class Mocks {

    /** What the names of generated classes contain: Mockito, Spock, EasyMock, JMockit, and MockK's subclasses of interfaces. */
    private static final String[] GENERATED = {
        "$MockitoMock$", "$SpockMock$", "$$$EasyMock$", "$$EnhancerByMockito", "$Impl_", "java.sql.Connection$Subclass"
    };

    /** Packages of handlers behind {@link Proxy} objects: Mockito, EasyMock, jMock and Spock again. */
    private static final String[] HANDLERS = {
        "org.mockito.", "org.easymock.", "org.jmock.", "org.spockframework.", "io.mockk."
    };

    private static final ClassValue<Boolean> BY_CLASS = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            for (Class<?> each = type; each != null; each = each.getSuperclass()) {
                for (String part : GENERATED) {
                    if (each.getName().contains(part)) {
                        return true;
                    }
                }
            }
            return false;
        }
    };

    private Mocks() {}

    /** Whether a mocking library made the object's class, or answers for it. */
    public static boolean isMock(Object object) {
        if (BY_CLASS.get(object.getClass())) {
            return true;
        }
        if (!Proxy.isProxyClass(object.getClass())) {
            return false;
        }
        String handler = Proxy.getInvocationHandler(object).getClass().getName();
        for (String prefix : HANDLERS) {
            if (handler.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }
}
