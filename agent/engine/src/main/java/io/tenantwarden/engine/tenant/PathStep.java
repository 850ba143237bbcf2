package io.tenantwarden.engine.tenant;

import java.util.function.Supplier;

/** One step of a {@link ValuePath}. Safe for use by several threads. */
abstract class PathStep {

    private static final Object NOT_HERE = new Object();

    /** @param step as {@link PathSyntax#parse} gives it */
    static PathStep of(String step, Opener opener) {
        Object constant = PathSyntax.constant(step);
        String name = PathSyntax.name(step);
        if (constant == null) {
            return new GetterStep(name, opener);
        }
        return new CallStep(name == null ? "get" : name, constant, opener);
    }

    /**
     * What lies behind this step; holders on the way are opened.
     *
     * @param text the whole path as it is written, for messages
     * @return null when there is nothing
     */
    final Object follow(Object from, String text) throws Throwable {
        Object value = from;
        for (int depth = 0; depth < Wrappers.DEPTH; depth++) {
            if (value == null) {
                return null;
            }
            if (Wrappers.isHolder(value)) {
                value = Wrappers.open(value);
                if (isHolderOpened()) {
                    return value;
                }
                continue;
            }
            Object found = take(value, text);
            if (found != NOT_HERE) {
                return found;
            }
            value = Wrappers.open(value);
        }
        throw ValuePath.tooDeep(text);
    }

    /** Whether opening a holder is all there is to do. */
    boolean isHolderOpened() {
        return false;
    }

    /** What the object has; {@link #missing} when it has no such thing. */
    abstract Object take(Object value, String text) throws Throwable;

    /** The object may be a supplier of one that has it. */
    static Object missing(Object value, Accessor accessor, String text) throws TenantSourceException {
        if (value instanceof Supplier) {
            return NOT_HERE;
        }
        throw TenantSourceException.failed(text, accessor.failure());
    }
}
