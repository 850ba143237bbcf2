package io.tenantwarden.engine.report;

import java.lang.StackWalker.StackFrame;
import java.lang.reflect.Modifier;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;

/**
 * Tells by its form a method through which the statements of others pass: one that is given what it is to run, one that subclasses inherit, and one
 * that has just handed on the call that it stands around. Looks at the descriptor as text, so that no class of the application is loaded for it.
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

    /** How the arguments of a proxy's handler end: {@code InvocationHandler}; CGLIB's {@code MethodInterceptor} has one more. */
    private static final String OF_HANDLERS = "Ljava/lang/Object;Ljava/lang/reflect/Method;[Ljava/lang/Object;";

    private static final String OF_CGLIB = "/proxy/MethodProxy;";

    private static final String PROCEED = "proceed";
    private static final String REFLECTION = "java.lang.reflect.Method";
    private static final String METHOD_PROXY = ".MethodProxy";
    private static final String LAMBDA = "lambda$";
    private static final String LAMBDA_OF_KOTLIN = "$lambda$";

    private Passages() {}

    /**
     * Whether a frame of the application only hands on what the frame inside it does: an interceptor or aspect that has called {@code proceed}, the
     * handler of a proxy that calls the method that the proxy was called with, a class of the application's own around JDBC that calls the same
     * method. The same method with a statement of its own hands nothing on: then the frame inside is another.
     *
     * @param callee the frame inside, whosesoever; null for the innermost
     * @param calleeHandsOn whether that one hands on
     */
    static boolean handsOn(StackFrame frame, StackFrame callee, boolean calleeHandsOn) {
        if (callee == null) {
            return false;
        }
        String called = callee.getMethodName();
        if (called.equals(PROCEED)) {
            return containsAny(frame.getDescriptor(), REST_OF_A_CALL);
        }
        String calledClass = callee.getClassName();
        if (calledClass.equals(REFLECTION) || calledClass.endsWith(METHOD_PROXY)) {
            return isHandler(frame.getDescriptor());
        }
        Class<?> type = frame.getDeclaringClass();
        if (!isJdbc(type)) {
            return false;
        }
        return calleeHandsOn && calledClass.equals(frame.getClassName())
                || outsideLambda(frame.getMethodName()).equals(outsideLambda(called));
    }

    private static boolean isHandler(String descriptor) {
        String arguments = descriptor.substring(0, descriptor.indexOf(')'));
        return arguments.endsWith(OF_HANDLERS) || arguments.contains(OF_HANDLERS) && arguments.endsWith(OF_CGLIB);
    }

    private static boolean isJdbc(Class<?> type) {
        return Statement.class.isAssignableFrom(type)
                || Connection.class.isAssignableFrom(type)
                || ResultSet.class.isAssignableFrom(type);
    }

    /** {@code executeQuery} of {@code lambda$executeQuery$0} and {@code executeQuery$lambda$0}. */
    private static String outsideLambda(String method) {
        if (method.startsWith(LAMBDA)) {
            int end = method.lastIndexOf('$');
            return end < LAMBDA.length() ? method : method.substring(LAMBDA.length(), end);
        }
        int kotlin = method.indexOf(LAMBDA_OF_KOTLIN);
        return kotlin < 0 ? method : method.substring(0, kotlin);
    }

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
