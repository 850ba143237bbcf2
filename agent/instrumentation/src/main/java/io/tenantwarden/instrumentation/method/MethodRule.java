package io.tenantwarden.instrumentation.method;

import static net.bytebuddy.matcher.ElementMatchers.isAbstract;
import static net.bytebuddy.matcher.ElementMatchers.isConstructor;
import static net.bytebuddy.matcher.ElementMatchers.isMethod;
import static net.bytebuddy.matcher.ElementMatchers.isNative;
import static net.bytebuddy.matcher.ElementMatchers.isSynthetic;
import static net.bytebuddy.matcher.ElementMatchers.not;

import io.tenantwarden.engine.config.MethodPattern;
import io.tenantwarden.instrumentation.TypeInstrumentation;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType;

/** The methods of one {@code warden.bypass.<name>.at} or {@code warden.scope.<name>} pattern. */
public final class MethodRule implements TypeInstrumentation {

    private final int id;
    private final MethodPattern pattern;

    /**
     * @param id what the engine is told when a method is entered
     * @param pattern class and method
     */
    public MethodRule(int id, MethodPattern pattern) {
        this.id = id;
        this.pattern = pattern;
    }

    /** Whether the class is meant, by its name with dots. */
    public boolean matchesClass(String className) {
        return pattern.matchesClass(className);
    }

    @Override
    public String name() {
        return "method rule";
    }

    @Override
    public boolean matches(TypeDescription type) {
        return !type.isInterface()
                || !type.getDeclaredMethods().filter(not(isAbstract())).isEmpty();
    }

    @Override
    public DynamicType.Builder<?> apply(DynamicType.Builder<?> builder, TypeDescription type) {
        return builder.visit(Advice.withCustomMapping()
                .bind(MethodAdvice.Rule.class, id)
                .to(MethodAdvice.Scoped.class)
                .on(isMethod()
                        .and(not(isConstructor()))
                        .and(not(isAbstract()))
                        .and(not(isNative()))
                        .and(not(isSynthetic()))
                        .and(method -> pattern.matchesMethod(method.getName()))));
    }
}
