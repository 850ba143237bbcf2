package io.tenantwarden.engine.tenant;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Getters or fields to follow from an object: {@code principal.tenantId}. A step {@code x} is the method {@code x()}, else
 * {@code getX()}, else {@code isX()}, else the field {@code x}, of any visibility. {@code Optional}, {@code ThreadLocal},
 * {@code AtomicReference}, {@code Supplier} and {@code ScopedValue} are opened on the way and at the end.
 *
 * <p>Safe for use by several threads; holds no class of the application.
 */
public final class ValuePath {

    private static final MethodType GETTER = MethodType.methodType(Object.class, Object.class);

    private final String text;
    private final Step[] steps;

    private ValuePath(List<String> steps, String text, Opener opener) {
        this.text = text;
        this.steps = steps.stream().map(name -> new Step(name, opener)).toArray(Step[]::new);
    }

    /** As {@link #of(List, String, Opener)}, opening nothing and named by its steps. */
    public static ValuePath of(List<String> steps) {
        return of(steps, String.join(".", steps), Opener.NONE);
    }

    /**
     * A path.
     *
     * @param steps names of getters or fields; may be empty
     * @param text how the path is written in the configuration, for messages
     * @param opener opens packages of named modules
     */
    public static ValuePath of(List<String> steps, String text, Opener opener) {
        Objects.requireNonNull(text, "text");
        Objects.requireNonNull(opener, "opener");
        return new ValuePath(steps, text, opener);
    }

    /**
     * The value at the end of the path.
     *
     * @param root where to start; may be null
     * @return null when there is nothing on the way
     * @throws TenantSourceException of kind {@code SOURCE_FAILED} when a step does not exist or throws
     */
    public Object get(Object root) throws TenantSourceException {
        if (steps.length == 0 && root instanceof String) {
            return root;
        }
        try {
            Object value = root;
            for (Step step : steps) {
                value = step.follow(value, text);
            }
            return content(value);
        } catch (TenantSourceException e) {
            throw e;
        } catch (Throwable t) {
            throw TenantSourceException.thrown(text, t);
        }
    }

    private Object content(Object end) throws Throwable {
        Object value = end;
        for (int depth = 0; depth < Wrappers.DEPTH; depth++) {
            // strings first: they end nearly every path, and to ask whether a class implements an interface is dear
            if (value == null || value instanceof String || !(Wrappers.isHolder(value) || value instanceof Supplier)) {
                return value;
            }
            value = Wrappers.open(value);
        }
        throw tooDeep(text);
    }

    private static TenantSourceException tooDeep(String text) {
        return TenantSourceException.failed(
                text, "gives more than " + Wrappers.DEPTH + " holders in each other; name a getter of the tenant id");
    }

    /** One getter or field, whatever class the object before it has. */
    private static final class Step {

        private final String name;
        private final ClassValue<Accessor> getters;

        Step(String name, Opener opener) {
            this.name = name;
            this.getters = new ClassValue<>() {
                @Override
                protected Accessor computeValue(Class<?> type) {
                    return getter(type, name, opener);
                }
            };
        }

        Object follow(Object from, String text) throws Throwable {
            Object value = from;
            for (int depth = 0; depth < Wrappers.DEPTH; depth++) {
                if (value == null) {
                    return null;
                }
                if (Wrappers.isHolder(value)) {
                    value = Wrappers.open(value);
                    if (name.equals("get")) {
                        return value;
                    }
                    continue;
                }
                Accessor accessor = getters.get(value.getClass());
                MethodHandle handle = accessor.handle();
                if (handle != null) {
                    return handle.invokeExact(value);
                }
                if (!(value instanceof Supplier)) {
                    throw TenantSourceException.failed(text, accessor.failure());
                }
                value = Wrappers.open(value);
            }
            throw tooDeep(text);
        }

        private static Accessor getter(Class<?> type, String name, Opener opener) {
            List<Method> methods = new ArrayList<>();
            List<Field> fields = new ArrayList<>();
            LinkageError missing = null;
            for (Class<?> owner : hierarchy(type)) {
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
            return Accessor.failed("there is no getter or field " + name + " in " + type.getName()
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
                        && !isJdkInternal(owner, method)) {
                    methods.add(method);
                }
            }
        }

        private static void addFields(Class<?> owner, List<Field> fields) {
            for (Field field : owner.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && !isJdkInternal(owner, field)) {
                    fields.add(field);
                }
            }
        }

        /** Nobody's tenant lies there, and nobody should open {@code java.base} for it. */
        private static boolean isJdkInternal(Class<?> owner, Member member) {
            return owner.getModule().isNamed()
                    && owner.getModule().getName().startsWith("java.")
                    && !Modifier.isPublic(member.getModifiers());
        }

        /** The class, its superclasses, then the interfaces of all of them. */
        private static Set<Class<?>> hierarchy(Class<?> type) {
            Set<Class<?>> all = new LinkedHashSet<>();
            for (Class<?> owner = type; owner != null; owner = owner.getSuperclass()) {
                all.add(owner);
            }
            for (Class<?> owner : List.copyOf(all)) {
                addInterfaces(owner, all);
            }
            return all;
        }

        private static void addInterfaces(Class<?> owner, Set<Class<?>> all) {
            for (Class<?> parent : owner.getInterfaces()) {
                all.add(parent);
                addInterfaces(parent, all);
            }
        }
    }
}
