package io.tenantwarden.instrumentation.pgjdbc;

import io.tenantwarden.bootstrap.Hooks;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.implementation.bytecode.assign.Assigner;

/** Inlined into a driver's JDBC classes when its query executor is out of reach, or {@code warden.strategy=jdbc}. */
final class PortableAdvice {

    private PortableAdvice() {}

    static final class ConnectionConstructor {
        @Advice.OnMethodExit
        static void exit(@Advice.This Object connection, @Advice.AllArguments Object[] arguments) {
            Hooks.jdbcConnectionOpened(connection, arguments);
        }
    }

    static final class Prepare {
        @Advice.OnMethodExit
        static void exit(
                @Advice.This Object connection,
                @Advice.Argument(0) String sql,
                @Advice.Return(typing = Assigner.Typing.DYNAMIC) Object statement) {
            Hooks.statementPrepared(connection, statement, sql);
        }
    }

    static final class Commit {
        @Advice.OnMethodEnter
        static Object enter(@Advice.This Object connection) {
            return Hooks.beforeCommit(connection);
        }

        @Advice.OnMethodExit(onThrowable = Throwable.class)
        static void exit(@Advice.Enter Object token, @Advice.Thrown Throwable thrown) {
            Hooks.afterStatement(token, thrown);
        }
    }

    static final class Rollback {
        @Advice.OnMethodEnter
        static Object enter(@Advice.This Object connection) {
            return Hooks.beforeRollback(connection);
        }

        @Advice.OnMethodExit(onThrowable = Throwable.class)
        static void exit(@Advice.Enter Object token, @Advice.Thrown Throwable thrown) {
            Hooks.afterStatement(token, thrown);
        }
    }

    static final class RollbackToSavepoint {
        @Advice.OnMethodEnter
        static Object enter(@Advice.This Object connection) {
            return Hooks.beforeRollbackTo(connection);
        }

        @Advice.OnMethodExit(onThrowable = Throwable.class)
        static void exit(@Advice.Enter Object token, @Advice.Thrown Throwable thrown) {
            Hooks.afterStatement(token, thrown);
        }
    }

    /** Switching it on commits (JDBC 4.3, section 10.1.1); switching it off sends nothing. */
    static final class SetAutoCommit {
        @Advice.OnMethodEnter
        static Object enter(@Advice.This Object connection, @Advice.Argument(0) boolean autocommit) {
            return Hooks.beforeSetAutoCommit(connection, autocommit);
        }

        @Advice.OnMethodExit(onThrowable = Throwable.class)
        static void exit(@Advice.Enter Object token, @Advice.Thrown Throwable thrown) {
            Hooks.afterStatement(token, thrown);
        }
    }

    static final class Execute {
        @Advice.OnMethodEnter
        static Object enter(@Advice.This Object statement) {
            return Hooks.beforeStatement(statement, null);
        }

        @Advice.OnMethodExit(onThrowable = Throwable.class)
        static void exit(@Advice.Enter Object token, @Advice.Thrown Throwable thrown) {
            Hooks.afterStatement(token, thrown);
        }
    }

    static final class ExecuteBatch {
        @Advice.OnMethodEnter
        static Object enter(@Advice.This Object statement) {
            return Hooks.beforeBatch(statement);
        }

        @Advice.OnMethodExit(onThrowable = Throwable.class)
        static void exit(@Advice.Enter Object token, @Advice.Thrown Throwable thrown) {
            Hooks.afterStatement(token, thrown);
        }
    }

    /** As {@link Execute}, for the method that only the driver's own classes call. */
    static final class ExecuteWithFlags {
        @Advice.OnMethodEnter
        static Object enter(@Advice.This Object statement, @Advice.Argument(0) int flags) {
            return Hooks.beforeExecuteWithFlags(statement, flags);
        }

        @Advice.OnMethodExit(onThrowable = Throwable.class)
        static void exit(@Advice.Enter Object token, @Advice.Thrown Throwable thrown) {
            Hooks.afterStatement(token, thrown);
        }
    }

    static final class ExecuteText {
        @Advice.OnMethodEnter
        static Object enter(@Advice.This Object statement, @Advice.Argument(0) String sql) {
            return Hooks.beforeStatement(statement, sql);
        }

        @Advice.OnMethodExit(onThrowable = Throwable.class)
        static void exit(@Advice.Enter Object token, @Advice.Thrown Throwable thrown) {
            Hooks.afterStatement(token, thrown);
        }
    }

    /** As {@link ExecuteText}, for the method that the driver's own classes call. */
    static final class ExecuteTextWithFlags {
        @Advice.OnMethodEnter
        static Object enter(
                @Advice.This Object statement, @Advice.Argument(0) String sql, @Advice.Argument(1) int flags) {
            return Hooks.beforeTextWithFlags(statement, sql, flags);
        }

        @Advice.OnMethodExit(onThrowable = Throwable.class)
        static void exit(@Advice.Enter Object token, @Advice.Thrown Throwable thrown) {
            Hooks.afterStatement(token, thrown);
        }
    }

    /** As {@link ExecuteText}, of {@code Fastpath}, which has no text. */
    static final class Fastpath {
        @Advice.OnMethodEnter
        static Object enter(@Advice.This Object fastpath) {
            return Hooks.beforePortableFastpath(fastpath);
        }

        @Advice.OnMethodExit(onThrowable = Throwable.class)
        static void exit(@Advice.Enter Object token, @Advice.Thrown Throwable thrown) {
            Hooks.afterStatement(token, thrown);
        }
    }

    static final class AddBatch {
        @Advice.OnMethodExit
        static void exit(@Advice.This Object statement, @Advice.Argument(0) String sql) {
            Hooks.batchAdded(statement, sql);
        }
    }

    static final class ClearBatch {
        @Advice.OnMethodExit
        static void exit(@Advice.This Object statement) {
            Hooks.batchCleared(statement);
        }
    }

    static final class CopyManagerConstructor {
        @Advice.OnMethodExit
        static void exit(@Advice.This Object manager, @Advice.Argument(0) Object connection) {
            Hooks.copyManagerCreated(manager, connection);
        }
    }
}
