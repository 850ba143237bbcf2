package io.tenantwarden.instrumentation.web;

import static net.bytebuddy.matcher.ElementMatchers.hasSuperType;
import static net.bytebuddy.matcher.ElementMatchers.isAbstract;
import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.namedOneOf;
import static net.bytebuddy.matcher.ElementMatchers.not;
import static net.bytebuddy.matcher.ElementMatchers.takesArguments;

import io.tenantwarden.instrumentation.TypeInstrumentation;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.asm.AsmVisitorWrapper;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType;

/** Any servlet filter, jakarta or javax: the first thing of an application that sees a request. */
public final class FilterInstrumentation implements TypeInstrumentation {

    /** Made when the first class needs it, and once: the class file of the advice is read for it. */
    private static final class Visitor {
        static final AsmVisitorWrapper.ForDeclaredMethods ADVICE = Advice.to(ServletAdvice.Request.class)
                .on(named("doFilter").and(takesArguments(3)).and(not(isAbstract())));
    }

    @Override
    public String name() {
        return "servlet filter";
    }

    @Override
    public boolean matches(TypeDescription type) {
        return !type.isInterface()
                && hasSuperType(namedOneOf("jakarta.servlet.Filter", "javax.servlet.Filter"))
                        .matches(type);
    }

    @Override
    public DynamicType.Builder<?> apply(DynamicType.Builder<?> builder, TypeDescription type) {
        return builder.visit(Visitor.ADVICE);
    }
}
