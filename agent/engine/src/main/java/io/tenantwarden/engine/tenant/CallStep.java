package io.tenantwarden.engine.tenant;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;

/**
 * An element of a list or array, an entry of a map, or what a method with one constant returns: {@code [0]}, {@code
 * ["tenant"]}, {@code get(0)}, {@code getClaim("tenant")}.
 */
final class CallStep extends PathStep {

    private static final MethodType GETTER = MethodType.methodType(Object.class, Object.class);

    private final String name;
    private final Object constant;
    private final ClassValue<Accessor> calls;

    /** @param constant an Integer or a String */
    CallStep(String name, Object constant, Opener opener) {
        this.name = name;
        this.constant = constant;
        this.calls = new ClassValue<>() {
            @Override
            protected Accessor computeValue(Class<?> type) {
                return call(type, opener);
            }
        };
    }

    @Override
    Object take(Object value, String text) throws Throwable {
        if (name.equals("get") && Elements.has(value)) {
            return Elements.of(value, constant, text);
        }
        Accessor accessor = calls.get(value.getClass());
        MethodHandle handle = accessor.handle();
        if (handle == null) {
            return missing(value, accessor, text);
        }
        return handle.invokeExact(value);
    }

    private Accessor call(Class<?> type, Opener opener) {
        List<Method> named = new ArrayList<>();
        List<String> others = new ArrayList<>();
        try {
            for (Class<?> owner : Hierarchy.of(type)) {
                for (Method method : owner.getDeclaredMethods()) {
                    if (method.getParameterCount() != 1
                            || method.getReturnType() == void.class
                            || Modifier.isStatic(method.getModifiers())
                            || Hierarchy.isJdkInternal(owner, method)
                            || argument(method.getParameterTypes()[0]) == null) {
                        continue;
                    }
                    if (method.getName().equals(name)) {
                        named.add(method);
                    } else if (owner != Object.class && !method.isSynthetic()) {
                        others.add(method.getName());
                    }
                }
            }
        } catch (LinkageError e) {
            return Accessor.failed(
                    "the members of " + type.getName() + " cannot be listed, a class they mention is missing: " + e);
        }
        // the narrowest first: get(String) before get(Object)
        named.sort((a, b) -> Integer.compare(width(a), width(b)));
        for (Opener each : List.of(Opener.NONE, opener)) {
            for (Method method : named) {
                if (Accessor.open(method, each)) {
                    MethodHandle bound = MethodHandles.insertArguments(
                            Accessor.handle(method), 1, argument(method.getParameterTypes()[0]));
                    return Accessor.of(bound.asType(GETTER));
                }
            }
        }
        return named.isEmpty()
                ? Accessor.failed("there is no method " + name + " in " + type.getName() + " that takes one "
                        + (constant instanceof String ? "text" : "whole number") + NearestNames.hint(name, others))
                : Accessor.failed(Accessor.closed(named.get(0)));
    }

    private static int width(Method method) {
        Class<?> type = method.getParameterTypes()[0];
        return type == Object.class ? 2 : type.isPrimitive() || type == String.class ? 0 : 1;
    }

    /** The constant as a parameter of this type takes it; null when it does not. */
    private Object argument(Class<?> parameter) {
        if (parameter.isInstance(constant)) {
            return constant;
        }
        if (constant instanceof Integer number) {
            if (parameter == int.class) {
                return number;
            }
            return parameter == long.class || parameter == Long.class ? (Object) number.longValue() : null;
        }
        return null;
    }
}
