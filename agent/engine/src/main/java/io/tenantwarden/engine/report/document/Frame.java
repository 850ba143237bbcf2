package io.tenantwarden.engine.report.document;

import java.util.Objects;

/**
 * A place in the application's code, as a stack trace has it. Immutable.
 *
 * @param className binary name of the class, never null
 * @param method method name, never null
 * @param file source file name without directory; null when the class was compiled without it
 * @param line line number from 1; negative when unknown, {@code -2} in a native method (as {@link StackTraceElement} has it)
 */
public record Frame(String className, String method, String file, int line) {

    /** Of a violation whose report does not say where it was. */
    public static final Frame UNKNOWN = new Frame("unknown", "unknown", null, -1);

    private static final int NATIVE = -2;

    public Frame {
        Objects.requireNonNull(className, "className");
        Objects.requireNonNull(method, "method");
    }

    /** {@code com.acme.jobs}; empty for the unnamed package. */
    public String packageName() {
        int dot = visibleName().lastIndexOf('.');
        return dot < 0 ? "" : visibleName().substring(0, dot);
    }

    /** {@code NightlyJob}, with the names of enclosing classes. */
    public String simpleName() {
        return visibleName().substring(visibleName().lastIndexOf('.') + 1);
    }

    /** {@code NightlyJob.java:42}, as far as it is known. */
    public String place() {
        return place(file, line);
    }

    /** Hidden classes have the address of their class object behind a slash. */
    private String visibleName() {
        int hidden = className.indexOf('/');
        return hidden < 0 ? className : className.substring(0, hidden);
    }

    private static String place(String file, int line) {
        if (line == NATIVE) {
            return "Native Method";
        }
        if (file == null) {
            return "Unknown Source";
        }
        return line >= 0 ? file + ":" + line : file;
    }

    /** As in a Java stack trace: {@code com.acme.jobs.NightlyJob.run(NightlyJob.java:42)}. */
    public static String text(String className, String method, String file, int line) {
        return className + "." + method + "(" + place(file, line) + ")";
    }

    @Override
    public String toString() {
        return text(className, method, file, line);
    }
}
