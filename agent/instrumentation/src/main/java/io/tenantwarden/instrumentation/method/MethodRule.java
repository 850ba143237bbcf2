package io.tenantwarden.instrumentation.method;

import static net.bytebuddy.matcher.ElementMatchers.isAbstract;
import static net.bytebuddy.matcher.ElementMatchers.isConstructor;
import static net.bytebuddy.matcher.ElementMatchers.isMethod;
import static net.bytebuddy.matcher.ElementMatchers.isNative;
import static net.bytebuddy.matcher.ElementMatchers.isSynthetic;
import static net.bytebuddy.matcher.ElementMatchers.not;

import io.tenantwarden.instrumentation.TypeInstrumentation;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType;

/** The methods of one {@code warden.bypass.<name>.at} or {@code warden.scope.<name>} pattern. */
public final class MethodRule implements TypeInstrumentation {

    private final int id;
    private final Glob classes;
    private final Glob methods;

    /**
     * @param id what the engine is told when a method is entered
     * @param classPattern class name, {@code *} stands for any characters
     * @param methodPattern method name, likewise
     */
    public MethodRule(int id, String classPattern, String methodPattern) {
        this.id = id;
        this.classes = new Glob(classPattern);
        this.methods = new Glob(methodPattern);
    }

    /** Whether the class is meant, by its internal name. */
    public boolean matchesClass(String internalName) {
        return classes.matches(internalName, true);
    }

    @Override
    public String name() {
        return "method rule";
    }

    @Override
    public boolean matches(TypeDescription type) {
        return !type.isInterface() || !type.getDeclaredMethods().filter(not(isAbstract())).isEmpty();
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
                        .and(method -> methods.matches(method.getName(), false))));
    }
}
