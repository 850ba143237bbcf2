package io.tenantwarden.engine.tenant.access;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.util.Set;

/** Finds the public interface of a library that an object implements, and handles of its methods. */
final class Interfaces {

    private Interfaces() {}

    /** The interface or superclass of one of these names; null when the class has none. */
    static Class<?> find(Class<?> type, Set<String> names) {
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            if (names.contains(c.getName())) {
                return c;
            }
            for (Class<?> parent : c.getInterfaces()) {
                Class<?> found = find(parent, names);
                if (found != null) {
                    return found;
                }
            }
        }
        return null;
    }

    /**
     * A public method, everything typed Object but for the parameters given.
     *
     * @throws IllegalStateException when the library has no such method
     */
    static MethodHandle method(Class<?> owner, String name, Class<?>... parameters) {
        try {
            Method method = owner.getMethod(name, parameters);
            MethodHandle handle = MethodHandles.publicLookup().unreflect(method);
            MethodType generic = MethodType.methodType(Object.class, parameters);
            boolean isStatic = java.lang.reflect.Modifier.isStatic(method.getModifiers());
            return handle.asType(isStatic ? generic : generic.insertParameterTypes(0, Object.class));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(owner.getName() + " has no public " + name, e);
        }
    }

    /** As {@link #method}; null when the library has no such method. */
    static MethodHandle methodIfThere(Class<?> owner, String name, Class<?>... parameters) {
        try {
            return method(owner, name, parameters);
        } catch (IllegalStateException e) {
            return null;
        }
    }
}
