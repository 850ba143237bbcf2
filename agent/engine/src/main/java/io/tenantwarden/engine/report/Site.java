package io.tenantwarden.engine.report;

import io.tenantwarden.engine.report.document.Frame;
import java.util.Objects;

/**
 * The application's own frame that ran a statement. Immutable.
 *
 * @param className binary name of the class, never null
 * @param method method name, never null
 * @param file source file name without directory; null when the class was compiled without it
 * @param line line number from 1; negative when unknown, {@code -2} in a native method (as {@link StackTraceElement} has it)
 */
public record Site(String className, String method, String file, int line) {

    private static final int NATIVE = -2;

    public Site {
        Objects.requireNonNull(className, "className");
        Objects.requireNonNull(method, "method");
    }

    /** @param frame of a walker that keeps classes */
    static Site of(StackWalker.StackFrame frame) {
        return new Site(
                frame.getClassName(),
                frame.getMethodName(),
                frame.getFileName(),
                frame.isNativeMethod() ? NATIVE : KotlinLines.line(frame));
    }

    /** As in a Java stack trace: {@code com.acme.jobs.NightlyJob.run(NightlyJob.java:42)}. */
    @Override
    public String toString() {
        return Frame.text(className, method, file, line);
    }

    /** As the report has it. */
    Frame frame() {
        return new Frame(className, method, file, line);
    }
}
