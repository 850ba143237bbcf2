package io.tenantwarden.engine.tenant;

import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * What to follow from an object: {@code principal.tenantId}, {@code claims["tenant"]}, {@code ids[0]}. A step {@code x} is
 * the method {@code x()}, else {@code getX()}, else {@code isX()}, else the field {@code x}, of any visibility; the others
 * are those of {@link PathSyntax}. {@code Optional}, {@code ThreadLocal}, {@code AtomicReference}, {@code Supplier} and
 * {@code ScopedValue} are opened on the way and at the end. An element that is not there is no answer.
 *
 * <p>Safe for use by several threads; holds no class of the application.
 */
public final class ValuePath {

    private final String text;
    private final PathStep[] steps;

    private ValuePath(List<String> steps, String text, Opener opener) {
        this.text = text;
        this.steps = steps.stream().map(step -> PathStep.of(step, opener)).toArray(PathStep[]::new);
    }

    /** As {@link #of(List, String, Opener)}, opening nothing and named by its steps. */
    public static ValuePath of(List<String> steps) {
        return of(steps, String.join(".", steps), Opener.NONE);
    }

    /**
     * A path.
     *
     * @param steps as {@link PathSyntax#parse} gives them; may be empty
     * @param text how the path is written in the configuration, for messages
     * @param opener opens packages of named modules
     */
    public static ValuePath of(List<String> steps, String text, Opener opener) {
        Objects.requireNonNull(text, "text");
        Objects.requireNonNull(opener, "opener");
        return new ValuePath(steps, text, opener);
    }

    /**
     * The value at the end of the path.
     *
     * @param root where to start; may be null
     * @return null when there is nothing on the way
     * @throws TenantSourceException of kind {@code SOURCE_FAILED} when a step does not exist or throws
     */
    public Object get(Object root) throws TenantSourceException {
        if (steps.length == 0 && root instanceof String) {
            return root;
        }
        try {
            Object value = root;
            for (PathStep step : steps) {
                value = step.follow(value, text);
            }
            return content(value);
        } catch (TenantSourceException e) {
            throw e;
        } catch (Throwable t) {
            throw TenantSourceException.thrown(text, t);
        }
    }

    private Object content(Object end) throws Throwable {
        Object value = end;
        for (int depth = 0; depth < Wrappers.DEPTH; depth++) {
            // strings first: they end nearly every path, and to ask whether a class implements an interface is dear
            if (value == null || value instanceof String || !(Wrappers.isHolder(value) || value instanceof Supplier)) {
                return value;
            }
            value = Wrappers.open(value);
        }
        throw tooDeep(text);
    }

    static TenantSourceException tooDeep(String text) {
        return TenantSourceException.failed(
                text, "gives more than " + Wrappers.DEPTH + " holders in each other; name a getter of the tenant id");
    }
}
