package io.tenantwarden.engine.tenant;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;

/**
 * A member of an application's class, or why there is none. Holds the class strongly: kept only in a {@link ClassValue}
 * of that class.
 *
 * @param handle null when {@code failure} is set
 * @param failure what is wrong and what would help; null when {@code handle} is set
 */
record Accessor(MethodHandle handle, String failure) {

    private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

    static Accessor of(MethodHandle handle) {
        return new Accessor(handle, null);
    }

    static Accessor failed(String failure) {
        return new Accessor(null, failure);
    }

    /** Makes the member callable, with the help of the opener when a named module keeps it closed. */
    static <M extends AccessibleObject & Member> boolean open(M member, Opener opener) {
        if (member.trySetAccessible()) {
            return true;
        }
        Class<?> owner = member.getDeclaringClass();
        return owner.getModule().isNamed()
                && opener.open(owner.getModule(), owner.getPackageName())
                && member.trySetAccessible();
    }

    static String closed(Member member) {
        Class<?> owner = member.getDeclaringClass();
        return owner.getName() + "#" + member.getName() + " is closed: start the JVM with --add-opens "
                + owner.getModule().getName() + "/" + owner.getPackageName() + "=ALL-UNNAMED";
    }

    /** The handle of a member that was opened before. */
    static MethodHandle handle(Method method) {
        try {
            return LOOKUP.unreflect(method);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(method + " was opened and cannot be called", e);
        }
    }

    /** The getter of a field that was opened before. */
    static MethodHandle handle(Field field) {
        try {
            return LOOKUP.unreflectGetter(field);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(field + " was opened and cannot be read", e);
        }
    }
}
