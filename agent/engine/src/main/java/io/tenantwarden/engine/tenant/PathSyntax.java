package io.tenantwarden.engine.tenant;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a path from an object is written: {@code .tenant.id}, {@code .getIds[0]}, {@code .claims["tenant"]}, {@code
 * .getIds.get(0)}. Stateless.
 *
 * <p>A step is the name of a getter or field; an element in brackets, whose index or key is a whole number or a text in
 * quotes, double or single; or the call of a method with one such constant.
 */
public final class PathSyntax {

    /** What can be written, for messages. */
    public static final String ALLOWED =
            "getters or fields (.tenant.id), an element of a list (.getIds[0], .getIds.get(0)"
                    + " or .getIds.first), an entry of a map (.claims[\"tenant\"] or .claims.get(\"tenant\")), a method with one"
                    + " constant (.getClaim(\"tenant\")); Optional, ThreadLocal, Supplier and the like are opened";

    private static final String IDENTIFIER = "\\p{javaJavaIdentifierStart}\\p{javaJavaIdentifierPart}*";
    private static final String CONSTANT = "\\s*(\\d{1,9}|\"[^\"]*\"|'[^']*')\\s*";

    /** One step, at its beginning: group 1 is a name, group 2 the constant of its call, group 3 that of an element. */
    private static final Pattern STEP =
            Pattern.compile("\\.(" + IDENTIFIER + ")(?:\\((?:" + CONSTANT + "|\\s*)\\))?|\\.?\\[" + CONSTANT + "\\]");

    private PathSyntax() {}

    /**
     * Reads what follows the object.
     *
     * @param text empty, or a path that begins with a dot or a bracket
     * @return the steps, each as {@link ValuePath#of(List)} takes them; null when it is no path
     */
    public static List<String> parse(String text) {
        List<String> steps = new ArrayList<>(2);
        Matcher matcher = STEP.matcher(text);
        int at = 0;
        while (at < text.length()) {
            if (!matcher.region(at, text.length()).lookingAt()) {
                return null;
            }
            String name = matcher.group(1);
            if (name == null) {
                steps.add("[" + matcher.group(3) + "]");
            } else {
                steps.add(matcher.group(2) == null ? name : name + "(" + matcher.group(2) + ")");
            }
            at = matcher.end();
        }
        return List.copyOf(steps);
    }

    /** The constant of a step, an Integer or a String; null when the step is a plain name. */
    static Object constant(String step) {
        int open = step.charAt(0) == '[' ? 0 : step.indexOf('(');
        if (open < 0) {
            return null;
        }
        String constant = step.substring(open + 1, step.length() - 1).strip();
        char first = constant.charAt(0);
        return first == '"' || first == '\'' ? constant.substring(1, constant.length() - 1) : Integer.valueOf(constant);
    }

    /** The name of the getter, field or method; null when the step is an element. */
    static String name(String step) {
        if (step.charAt(0) == '[') {
            return null;
        }
        int open = step.indexOf('(');
        return open < 0 ? step : step.substring(0, open);
    }
}
