package io.tenantwarden.instrumentation.web;

import static net.bytebuddy.matcher.ElementMatchers.nameStartsWith;
import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.takesArgument;

import io.tenantwarden.instrumentation.TypeInstrumentation;
import java.util.HashMap;
import java.util.Map;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.matcher.ElementMatcher;

/**
 * Spring WebFlux, where it calls a handler: everything before it only assembles what runs later, perhaps on another thread.
 * A controller's method is called by a lambda of {@code InvocableHandlerMethod#invoke}, which has the exchange as its first
 * argument in all versions from 5.0 to 7.0; a handler function by {@code HandlerFunctionAdapter#handle}.
 */
public final class HandlerInstrumentation implements TypeInstrumentation {

    private static final ElementMatcher.Junction<MethodDescription> EXCHANGE_FIRST =
            takesArgument(0, named("org.springframework.web.server.ServerWebExchange"));

    private final ElementMatcher<MethodDescription> method;

    private HandlerInstrumentation(ElementMatcher<MethodDescription> method) {
        this.method = method;
    }

    /** Internal class name to what is done to it. */
    public static Map<String, TypeInstrumentation> byClassName() {
        Map<String, TypeInstrumentation> byName = new HashMap<>();
        byName.put(
                "org/springframework/web/reactive/result/method/InvocableHandlerMethod",
                new HandlerInstrumentation(EXCHANGE_FIRST.and(nameStartsWith("lambda$invoke$"))));
        byName.put(
                "org/springframework/web/reactive/function/server/support/HandlerFunctionAdapter",
                new HandlerInstrumentation(EXCHANGE_FIRST.and(named("handle"))));
        return byName;
    }

    @Override
    public String name() {
        return "reactive handler";
    }

    @Override
    public boolean matches(TypeDescription type) {
        return true;
    }

    @Override
    public boolean includesSynthetic() {
        return true;
    }

    @Override
    public DynamicType.Builder<?> apply(DynamicType.Builder<?> builder, TypeDescription type) {
        return builder.visit(Advice.to(ServletAdvice.Request.class).on(method));
    }
}
