package com.acme.jobs;

import java.util.function.Supplier;

/** Stands for code of an application. The line numbers are asserted: do not move them. */
public final class NightlyJob {

    private NightlyJob() {}

    public static <T> T run(Supplier<T> statement) {
        return statement.get();
    }

    public static <T> T runInLambda(Supplier<T> statement) {
        Supplier<T> lambda = () -> {
            return statement.get();
        };
        return lambda.get();
    }

    public static <T> T recurse(int depth, Supplier<T> statement) {
        return depth == 0 ? statement.get() : recurse(depth - 1, statement);
    }
}
