package io.tenantwarden.engine.tenant;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A getter or field, whatever class the object before it has. */
final class GetterStep extends PathStep {

    private static final MethodType GETTER = MethodType.methodType(Object.class, Object.class);

    private final String name;
    private final ClassValue<Accessor> getters;

    GetterStep(String name, Opener opener) {
        this.name = name;
        this.getters = new ClassValue<>() {
            @Override
            protected Accessor computeValue(Class<?> type) {
                return getter(type, name, opener);
            }
        };
    }

    @Override
    boolean isHolderOpened() {
        return name.equals("get");
    }

    @Override
    Object take(Object value, String text) throws Throwable {
        if (isFirst() && Elements.has(value)) {
            return Elements.of(value, 0, text);
        }
        Accessor accessor = getters.get(value.getClass());
        MethodHandle handle = accessor.handle();
        if (handle == null) {
            return missing(value, accessor, text);
        }
        return handle.invokeExact(value);
    }

    /** The JDK has it from 21 on, and throws where there is none. */
    private boolean isFirst() {
        return name.equals("first") || name.equals("getFirst");
    }

    private static Accessor getter(Class<?> type, String name, Opener opener) {
        List<Method> methods = new ArrayList<>();
        List<Field> fields = new ArrayList<>();
        LinkageError missing = null;
        for (Class<?> owner : Hierarchy.of(type)) {
            try {
                addGetters(owner, methods);
                addFields(owner, fields);
            } catch (LinkageError e) {
                // a class that its signatures mention is absent; another class above it may have the getter
                missing = e;
            }
        }
        String capitalised = Character.toUpperCase(name.charAt(0)) + name.substring(1);
        List<Method> named = new ArrayList<>();
        for (String method : List.of(name, "get" + capitalised, "is" + capitalised)) {
            methods.stream().filter(m -> m.getName().equals(method)).forEach(named::add);
        }
        List<Field> namedFields =
                fields.stream().filter(f -> f.getName().equals(name)).toList();
        // an accessible declaration of the method first: a public interface of a closed class needs no opening
        for (Opener each : List.of(Opener.NONE, opener)) {
            for (Method method : named) {
                if (Accessor.open(method, each)) {
                    return Accessor.of(Accessor.handle(method).asType(GETTER));
                }
            }
            for (Field field : namedFields) {
                if (Accessor.open(field, each)) {
                    return Accessor.of(Accessor.handle(field).asType(GETTER));
                }
            }
        }
        if (!named.isEmpty()) {
            return Accessor.failed(Accessor.closed(named.get(0)));
        }
        if (!namedFields.isEmpty()) {
            return Accessor.failed(Accessor.closed(namedFields.get(0)));
        }
        return missing(type, name, methods, fields, missing);
    }

    private static Accessor missing(
            Class<?> type, String name, List<Method> methods, List<Field> fields, LinkageError missing) {
        List<String> names = new ArrayList<>();
        for (Member member : members(methods, fields)) {
            if (member.getDeclaringClass() != Object.class && !member.isSynthetic()) {
                names.add(member.getName());
            }
        }
        String element = Map.class.isAssignableFrom(type)
                ? "; an entry of a map is written [\"" + name + "\"]"
                : Iterable.class.isAssignableFrom(type) || type.isArray() ? "; an element is written [0]" : "";
        return Accessor.failed("there is no getter or field " + name + " in " + type.getTypeName() + element
                + (missing == null ? "" : " (not all could be listed: " + missing + ")")
                + NearestNames.hint(name, names));
    }

    private static List<Member> members(List<? extends AccessibleObject> first, List<Field> second) {
        List<Member> all = new ArrayList<>();
        first.forEach(object -> all.add((Member) object));
        all.addAll(second);
        return all;
    }

    private static void addGetters(Class<?> owner, List<Method> methods) {
        for (Method method : owner.getDeclaredMethods()) {
            if (method.getParameterCount() == 0
                    && method.getReturnType() != void.class
                    && !Modifier.isStatic(method.getModifiers())
                    && !Hierarchy.isJdkInternal(owner, method)) {
                methods.add(method);
            }
        }
    }

    private static void addFields(Class<?> owner, List<Field> fields) {
        for (Field field : owner.getDeclaredFields()) {
            if (!Modifier.isStatic(field.getModifiers()) && !Hierarchy.isJdkInternal(owner, field)) {
                fields.add(field);
            }
        }
    }
}
