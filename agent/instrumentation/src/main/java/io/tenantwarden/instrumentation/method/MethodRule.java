package io.tenantwarden.instrumentation.method;

import static net.bytebuddy.matcher.ElementMatchers.hasSuperType;
import static net.bytebuddy.matcher.ElementMatchers.isAbstract;
import static net.bytebuddy.matcher.ElementMatchers.isConstructor;
import static net.bytebuddy.matcher.ElementMatchers.isMethod;
import static net.bytebuddy.matcher.ElementMatchers.isNative;
import static net.bytebuddy.matcher.ElementMatchers.isSynthetic;
import static net.bytebuddy.matcher.ElementMatchers.not;
import static net.bytebuddy.matcher.ElementMatchers.takesNoArguments;

import io.tenantwarden.engine.config.MethodPattern;
import io.tenantwarden.instrumentation.TypeInstrumentation;
import java.util.HashSet;
import java.util.Set;
import java.util.function.IntConsumer;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.matcher.ElementMatcher;

/**
 * The methods of one {@code warden.bypass.<name>.at}, {@code warden.scope.<name>} or {@code warden.foreach.<name>} pattern: those of the classes that
 * it names, and, when it names the method in full, those of their subtypes.
 */
public final class MethodRule implements TypeInstrumentation {

    private final int id;
    private final MethodPattern pattern;
    private final Kind kind;
    private final IntConsumer matched;
    private final Inherited inherited;

    /** What becomes of the methods. */
    public enum Kind {
        /** They run in a scope of their own. */
        SCOPED(MethodAdvice.Scoped.class),
        /** They run once for each tenant. */
        FOR_EACH_TENANT(MethodAdvice.ForEachTenant.class);

        private final Class<?> advice;

        Kind(Class<?> advice) {
            this.advice = advice;
        }
    }

    /** Told of a class that is named and only inherits the method. */
    @FunctionalInterface
    public interface Inherited {
        /**
         * @param rule the id
         * @param declaredIn name of the class that declares the method
         */
        void from(int rule, String declaredIn);
    }

    /**
     * @param id what the engine is told when a method is entered
     * @param kind what becomes of the methods
     * @param pattern class and method
     * @param matched told the id when a class has such methods
     */
    public MethodRule(int id, Kind kind, MethodPattern pattern, IntConsumer matched, Inherited inherited) {
        this.id = id;
        this.kind = kind;
        this.pattern = pattern;
        this.matched = matched;
        this.inherited = inherited;
    }

    /** Whether the class is meant, by its name with dots. */
    public boolean matchesClass(String className) {
        return pattern.matchesClass(className);
    }

    /** The name that a class must declare a method of to be asked for its supertypes; null when only the name counts. */
    public String inheritedMethod() {
        return pattern.methodPattern().indexOf('*') < 0 ? pattern.methodPattern() : null;
    }

    @Override
    public String name() {
        return "method rule";
    }

    @Override
    public boolean matches(TypeDescription type) {
        if (type.getDeclaredMethods().filter(methods()).isEmpty()) {
            tellIfInherited(type);
            return false;
        }
        return (matchesClass(type.getName())
                || hasSuperType((TypeDescription parent) -> matchesClass(parent.getName()))
                        .matches(type));
    }

    private void tellIfInherited(TypeDescription type) {
        if (!pattern.namesOneClass() || inheritedMethod() == null || !matchesClass(type.getName())) {
            return;
        }
        try {
            for (TypeDescription.Generic parent = type.getSuperClass();
                    parent != null;
                    parent = parent.getSuperClass()) {
                if (!parent.asErasure().getDeclaredMethods().filter(methods()).isEmpty()) {
                    inherited.from(id, parent.asErasure().getName());
                    return;
                }
            }
        } catch (IllegalStateException missing) {
            // a supertype that cannot be found: the pattern is told as one that matched nothing
        }
    }

    @Override
    public DynamicType.Builder<?> apply(DynamicType.Builder<?> builder, TypeDescription type) {
        matched.accept(id);
        return builder.visit(Advice.withCustomMapping()
                .bind(MethodAdvice.Rule.class, id)
                .to(kind.advice)
                .on(kind == Kind.SCOPED ? methods() : withoutArguments(type)));
    }

    /** Overloads with arguments are not meant; where there is nothing else, they are told and refused when they are called. */
    private ElementMatcher<MethodDescription> withoutArguments(TypeDescription type) {
        Set<String> loops = new HashSet<>();
        for (MethodDescription method :
                type.getDeclaredMethods().filter(methods().and(takesNoArguments()))) {
            loops.add(method.getName());
        }
        return methods().and(method -> method.getParameters().isEmpty() || !loops.contains(method.getName()));
    }

    private ElementMatcher.Junction<MethodDescription> methods() {
        return isMethod()
                .and(not(isConstructor()))
                .and(not(isAbstract()))
                .and(not(isNative()))
                .and(not(isSynthetic()))
                .and(method -> pattern.matchesMethod(method.getName())
                        && method.getParameters().size() > pattern.argument());
    }
}
