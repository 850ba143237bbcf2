package io.tenantwarden.instrumentation.pgjdbc;

import io.tenantwarden.bootstrap.Hooks;
import java.lang.invoke.MethodHandles;
import net.bytebuddy.asm.Advice;

/** Inlined into the driver's query executor and connection. */
final class DriverAdvice {

    private DriverAdvice() {}

    static final class ExecutorConstructor {
        @Advice.OnMethodExit
        static void exit(@Advice.This Object executor, @Advice.AllArguments Object[] arguments) {
            // lookup() is caller-sensitive: inlined here, it has the full access of the driver's own class
            Hooks.executorCreated(executor, arguments, MethodHandles.lookup());
        }
    }

    static final class Execute {
        @Advice.OnMethodEnter
        static boolean enter(
                @Advice.This Object executor,
                @Advice.Argument(0) Object queries,
                @Advice.Argument(1) Object parameters,
                @Advice.Argument(5) int flags) {
            return Hooks.beforeExecute(executor, queries, parameters, flags);
        }

        @Advice.OnMethodExit(onThrowable = Throwable.class)
        static void exit(@Advice.This Object executor, @Advice.Enter boolean entered, @Advice.Thrown Throwable thrown) {
            Hooks.afterExecute(executor, entered, thrown);
        }
    }

    static final class SendOneQuery {
        @Advice.OnMethodEnter
        static void enter(
                @Advice.This Object executor, @Advice.Argument(0) Object query, @Advice.Argument(4) int flags) {
            Hooks.beforeSend(executor, query, flags);
        }
    }

    static final class StartCopy {
        @Advice.OnMethodEnter
        static boolean enter(
                @Advice.This Object executor,
                @Advice.Argument(0) String sql,
                @Advice.Argument(1) boolean suppressBegin) {
            return Hooks.beforeCopy(executor, sql, suppressBegin);
        }

        @Advice.OnMethodExit(onThrowable = Throwable.class)
        static void exit(@Advice.This Object executor, @Advice.Enter boolean entered, @Advice.Thrown Throwable thrown) {
            Hooks.afterExecute(executor, entered, thrown);
        }
    }

    /** Calls a function by its number, past every statement: large objects, {@code PGConnection#getFastpathAPI}. */
    static final class FastpathCall {
        @Advice.OnMethodEnter
        static boolean enter(@Advice.This Object executor, @Advice.Argument(2) boolean suppressBegin) {
            return Hooks.beforeFastpath(executor, suppressBegin);
        }

        @Advice.OnMethodExit(onThrowable = Throwable.class)
        static void exit(@Advice.This Object executor, @Advice.Enter boolean entered, @Advice.Thrown Throwable thrown) {
            Hooks.afterExecute(executor, entered, thrown);
        }
    }

    static final class ReceiveCommandStatus {
        @Advice.OnMethodExit
        static void exit(@Advice.This Object executor, @Advice.Return String tag) {
            Hooks.statusReceived(executor, tag);
        }
    }

    static final class HandleResultRows {
        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static boolean enter(
                @Advice.This Object handler,
                @ResultOwner Object owner,
                @Advice.Argument(0) Object query,
                @Advice.Argument(1) Object fields,
                @Advice.Argument(2) Object rows,
                @Advice.Argument(3) Object more) {
            return Hooks.rowsReceived(handler, owner, query, fields, rows, more);
        }
    }

    static final class InterpretCommandStatus {
        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static boolean enter(@Advice.This Object executor) {
            return Hooks.swallowStatus(executor);
        }
    }

    static final class ReceiveReadyForQuery {
        @Advice.OnMethodExit
        static void exit(@Advice.This Object executor) {
            Hooks.readyForQuery(executor);
        }
    }

    static final class ConnectionConstructor {
        @Advice.OnMethodExit
        static void exit(@Advice.This Object connection) {
            Hooks.connectionOpened(connection);
        }
    }
}
