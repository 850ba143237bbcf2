package io.tenantwarden.engine.report;

import java.lang.StackWalker.StackFrame;
import java.lang.reflect.Modifier;

/**
 * Tells by its form a method through which the statements of others pass: one that is given what it is to run, and one that subclasses inherit.
 * Looks at the descriptor as text, so that no class of the application is loaded for it.
 */
final class Passages {

    /** Types of arguments that hold code to be run. */
    private static final String[] CODE = {
        "Ljava/util/function/",
        "Ljava/util/concurrent/Callable;",
        "Ljava/lang/Runnable;",
        "Ljava/lang/reflect/Method;",
        "Ljava/lang/invoke/MethodHandle;",
        "Lkotlin/jvm/functions/Function",
        "Lscala/Function",
        "groovy/lang/Closure;",
    };

    /** How types of arguments end that stand for the rest of a call: {@code FilterChain}, {@code MethodInvocation}. */
    private static final String[] REST_OF_A_CALL = {"Chain;", "Invocation;", "JoinPoint;", "InvocationContext;"};

    /** What else a method gets that is given SQL as a text. */
    private static final String[] BESIDE_SQL = {"[Ljava/lang/Object;", "Ljava/util/Map;", "Ljava/sql/", "Ljavax/sql/"};

    private static final String TEXT = "Ljava/lang/String;";

    private Passages() {}

    /** Whether others' statements pass through the frame's method. */
    static boolean isPassage(StackFrame frame) {
        int modifiers = frame.getDeclaringClass().getModifiers();
        return Modifier.isAbstract(modifiers) || isStart(frame) || runsWhatItIsGiven(frame.getDescriptor());
    }

    /** The whole program runs inside it. */
    private static boolean isStart(StackFrame frame) {
        return frame.getMethodName().equals("main");
    }

    /** @param descriptor as the Java virtual machine specification has it, 4.3.3 */
    static boolean runsWhatItIsGiven(String descriptor) {
        String parameters = descriptor.substring(0, descriptor.indexOf(')') + 1);
        if (containsAny(parameters, CODE) || containsAny(parameters, REST_OF_A_CALL)) {
            return true;
        }
        return parameters.contains(TEXT) && containsAny(parameters, BESIDE_SQL);
    }

    private static boolean containsAny(String text, String[] parts) {
        for (String part : parts) {
            if (text.contains(part)) {
                return true;
            }
        }
        return false;
    }
}
