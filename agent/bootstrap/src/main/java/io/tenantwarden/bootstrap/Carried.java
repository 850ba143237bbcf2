package io.tenantwarden.bootstrap;

import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Work and what it must run as. Each stands for its work wherever the JDK keeps it privately; where the application could
 * meet it, {@link Tasks} takes the work out again.
 */
abstract class Carried {

    final Object what;

    Carried(Object what) {
        this.what = what;
    }

    abstract Object work();

    /** Messages of the JDK print the task: they must name the application's. */
    @Override
    public final String toString() {
        return work().toString();
    }

    static final class OfRunnable extends Carried implements Runnable {
        final Runnable work;

        OfRunnable(Runnable work, Object what) {
            super(what);
            this.work = work;
        }

        @Override
        public void run() {
            ThreadState thread = ThreadState.current();
            ThreadState.Pushed before = thread.top();
            Submission lost = thread.lost();
            TaskContext.enter(thread, what);
            try {
                work.run();
            } finally {
                thread.restore(before, lost);
            }
        }

        @Override
        Object work() {
            return work;
        }
    }

    static final class OfCallable<V> extends Carried implements Callable<V> {
        final Callable<V> work;

        OfCallable(Callable<V> work, Object what) {
            super(what);
            this.work = work;
        }

        @Override
        public V call() throws Exception {
            ThreadState thread = ThreadState.current();
            if (thread.isEntered(this)) {
                return work.call();
            }
            ThreadState.Pushed before = thread.top();
            Submission lost = thread.lost();
            TaskContext.enter(thread, what);
            try {
                return work.call();
            } finally {
                thread.restore(before, lost);
            }
        }

        @Override
        Object work() {
            return work;
        }
    }

    static final class OfSupplier<T> extends Carried implements Supplier<T> {
        private final Supplier<T> work;

        OfSupplier(Supplier<T> work, Object what) {
            super(what);
            this.work = work;
        }

        @Override
        public T get() {
            ThreadState thread = ThreadState.current();
            ThreadState.Pushed before = thread.top();
            Submission lost = thread.lost();
            TaskContext.enter(thread, what);
            try {
                return work.get();
            } finally {
                thread.restore(before, lost);
            }
        }

        @Override
        Object work() {
            return work;
        }
    }

    static final class OfFunction<T, R> extends Carried implements Function<T, R> {
        private final Function<T, R> work;

        OfFunction(Function<T, R> work, Object what) {
            super(what);
            this.work = work;
        }

        @Override
        public R apply(T t) {
            ThreadState thread = ThreadState.current();
            ThreadState.Pushed before = thread.top();
            Submission lost = thread.lost();
            TaskContext.enter(thread, what);
            try {
                return work.apply(t);
            } finally {
                thread.restore(before, lost);
            }
        }

        @Override
        Object work() {
            return work;
        }
    }

    static final class OfBiFunction<T, U, R> extends Carried implements BiFunction<T, U, R> {
        private final BiFunction<T, U, R> work;

        OfBiFunction(BiFunction<T, U, R> work, Object what) {
            super(what);
            this.work = work;
        }

        @Override
        public R apply(T t, U u) {
            ThreadState thread = ThreadState.current();
            ThreadState.Pushed before = thread.top();
            Submission lost = thread.lost();
            TaskContext.enter(thread, what);
            try {
                return work.apply(t, u);
            } finally {
                thread.restore(before, lost);
            }
        }

        @Override
        Object work() {
            return work;
        }
    }

    static final class OfConsumer<T> extends Carried implements Consumer<T> {
        private final Consumer<T> work;

        OfConsumer(Consumer<T> work, Object what) {
            super(what);
            this.work = work;
        }

        @Override
        public void accept(T t) {
            ThreadState thread = ThreadState.current();
            ThreadState.Pushed before = thread.top();
            Submission lost = thread.lost();
            TaskContext.enter(thread, what);
            try {
                work.accept(t);
            } finally {
                thread.restore(before, lost);
            }
        }

        @Override
        Object work() {
            return work;
        }
    }

    static final class OfBiConsumer<T, U> extends Carried implements BiConsumer<T, U> {
        private final BiConsumer<T, U> work;

        OfBiConsumer(BiConsumer<T, U> work, Object what) {
            super(what);
            this.work = work;
        }

        @Override
        public void accept(T t, U u) {
            ThreadState thread = ThreadState.current();
            ThreadState.Pushed before = thread.top();
            Submission lost = thread.lost();
            TaskContext.enter(thread, what);
            try {
                work.accept(t, u);
            } finally {
                thread.restore(before, lost);
            }
        }

        @Override
        Object work() {
            return work;
        }
    }
}
