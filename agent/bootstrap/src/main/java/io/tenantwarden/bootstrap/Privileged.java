package io.tenantwarden.bootstrap;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.security.AccessController;
import java.security.PrivilegedAction;
import java.security.PrivilegedActionException;
import java.security.PrivilegedExceptionAction;

/**
 * Calls the engine with the agent's own permissions, whatever code of the application is further down the stack. Made when
 * a security manager is seen for the first time (they ended with JDK 24), and used only while there is one.
 */
@SuppressWarnings("removal")
final class Privileged implements InvocationHandler {

    private final Object target;

    private Privileged(Object target) {
        this.target = target;
    }

    /** An object that passes every call of an interface on. */
    static <T> T calls(Class<T> type, T target) {
        return AccessController.doPrivileged((PrivilegedAction<T>) () -> {
            ClassLoader loader = target.getClass().getClassLoader();
            return type.cast(Proxy.newProxyInstance(loader, new Class<?>[] {type}, new Privileged(target)));
        });
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        try {
            return AccessController.doPrivileged(
                    (PrivilegedExceptionAction<Object>) () -> method.invoke(target, arguments));
        } catch (PrivilegedActionException e) {
            throw e.getCause() instanceof InvocationTargetException thrown ? thrown.getCause() : e.getCause();
        }
    }
}
