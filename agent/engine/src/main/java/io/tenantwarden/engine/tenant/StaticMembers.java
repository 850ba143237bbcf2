package io.tenantwarden.engine.tenant;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;

/** Finds what can be read without an object: static methods and fields, and members of Kotlin's singletons. */
final class StaticMembers {

    private static final MethodType NO_ARGUMENTS = MethodType.methodType(Object.class);

    /** Where Kotlin keeps the one instance of an {@code object} and of a {@code companion object}. */
    private static final List<String> SINGLETONS = List.of("INSTANCE", "Companion");

    private StaticMembers() {}

    /** A method without arguments, of any visibility, as {@code ()Object}. */
    static Accessor method(Class<?> type, String name, Opener opener) {
        try {
            Method method = method(type, name, true);
            if (method != null) {
                return Accessor.open(method, opener)
                        ? Accessor.of(Accessor.handle(method).asType(NO_ARGUMENTS))
                        : Accessor.failed(Accessor.closed(method));
            }
            Accessor singleton = singletonMethod(type, name, opener);
            return singleton != null ? singleton : noMethod(type, name);
        } catch (LinkageError e) {
            return unreadable(type, e);
        }
    }

    /** A field of any visibility, as {@code ()Object}. */
    static Accessor field(Class<?> type, String name, Opener opener) {
        try {
            for (Class<?> owner = type; owner != null; owner = owner.getSuperclass()) {
                for (Field field : owner.getDeclaredFields()) {
                    if (field.getName().equals(name) && Modifier.isStatic(field.getModifiers())) {
                        return Accessor.open(field, opener)
                                ? Accessor.of(Accessor.handle(field).asType(NO_ARGUMENTS))
                                : Accessor.failed(Accessor.closed(field));
                    }
                }
            }
            return noField(type, name);
        } catch (LinkageError e) {
            return unreadable(type, e);
        }
    }

    private static Method method(Class<?> type, String name, boolean isStatic) {
        for (Class<?> owner = type; owner != null; owner = owner.getSuperclass()) {
            for (Method method : owner.getDeclaredMethods()) {
                if (method.getName().equals(name)
                        && answers(method)
                        && Modifier.isStatic(method.getModifiers()) == isStatic) {
                    return method;
                }
            }
        }
        return null;
    }

    private static boolean answers(Method method) {
        return method.getParameterCount() == 0 && method.getReturnType() != void.class && !method.isBridge();
    }

    private static Accessor singletonMethod(Class<?> type, String name, Opener opener) {
        for (String singleton : SINGLETONS) {
            for (Field field : type.getDeclaredFields()) {
                if (!field.getName().equals(singleton) || !Modifier.isStatic(field.getModifiers())) {
                    continue;
                }
                Method method = method(field.getType(), name, false);
                if (method == null) {
                    continue;
                }
                if (!Accessor.open(field, opener)) {
                    return Accessor.failed(Accessor.closed(field));
                }
                if (!Accessor.open(method, opener)) {
                    return Accessor.failed(Accessor.closed(method));
                }
                MethodHandle instance = Accessor.handle(field);
                MethodHandle call =
                        Accessor.handle(method).asType(MethodType.methodType(Object.class, field.getType()));
                return Accessor.of(MethodHandles.filterReturnValue(instance, call));
            }
        }
        return null;
    }

    private static Accessor noMethod(Class<?> type, String name) {
        List<String> names = new ArrayList<>();
        String why = "there is no method " + name + " in " + type.getName();
        for (Method method : type.getDeclaredMethods()) {
            if (Modifier.isStatic(method.getModifiers()) && answers(method) && !method.isSynthetic()) {
                names.add(method.getName());
            } else if (method.getName().equals(name)) {
                why = type.getName() + "#" + name
                        + (method.getParameterCount() > 0
                                ? " takes arguments"
                                : method.getReturnType() == void.class ? " returns nothing" : " is not static");
            }
        }
        return Accessor.failed(why + ": name a static method without arguments" + NearestNames.hint(name, names));
    }

    private static Accessor noField(Class<?> type, String name) {
        List<String> names = new ArrayList<>();
        String why = "there is no field " + name + " in " + type.getName();
        for (Field field : type.getDeclaredFields()) {
            if (Modifier.isStatic(field.getModifiers()) && !field.isSynthetic()) {
                names.add(field.getName());
            } else if (field.getName().equals(name)) {
                why = type.getName() + "#" + name + " is not static";
            }
        }
        return Accessor.failed(why + ": name a static field" + NearestNames.hint(name, names));
    }

    private static Accessor unreadable(Class<?> type, LinkageError e) {
        return Accessor.failed(
                "the members of " + type.getName() + " cannot be listed, a class they mention is missing: " + e);
    }
}
