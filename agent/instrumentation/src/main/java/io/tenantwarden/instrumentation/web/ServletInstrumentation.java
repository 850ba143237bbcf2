package io.tenantwarden.instrumentation.web;

import static net.bytebuddy.matcher.ElementMatchers.isPublic;
import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.takesArguments;

import io.tenantwarden.instrumentation.TypeInstrumentation;
import java.util.HashMap;
import java.util.Map;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType;

/** {@code HttpServlet.service}, jakarta and javax: for applications without any filter. */
public final class ServletInstrumentation implements TypeInstrumentation {

    /** Internal class name to what is done to it. */
    public static Map<String, TypeInstrumentation> byClassName() {
        Map<String, TypeInstrumentation> byName = new HashMap<>();
        byName.put("jakarta/servlet/http/HttpServlet", new ServletInstrumentation());
        byName.put("javax/servlet/http/HttpServlet", new ServletInstrumentation());
        return byName;
    }

    @Override
    public String name() {
        return "servlet";
    }

    @Override
    public boolean matches(TypeDescription type) {
        return type.getSimpleName().equals("HttpServlet");
    }

    @Override
    public DynamicType.Builder<?> apply(DynamicType.Builder<?> builder, TypeDescription type) {
        return builder.visit(Advice.to(ServletAdvice.Request.class)
                .on(named("service").and(isPublic()).and(takesArguments(2))));
    }
}
