package io.tenantwarden.instrumentation.jdbc;

import io.tenantwarden.bootstrap.Hooks;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.implementation.bytecode.assign.Assigner;

/** Inlined into DataSource, Driver and Connection implementations, the pools' above all. */
final class JdbcAdvice {

    private JdbcAdvice() {}

    static final class GetConnection {
        @Advice.OnMethodEnter
        static void enter(@Advice.This Object dataSource) {
            Hooks.checkoutEntered(dataSource);
        }

        @Advice.OnMethodExit(onThrowable = Throwable.class)
        static void exit(
                @Advice.This Object dataSource, @Advice.Return(typing = Assigner.Typing.DYNAMIC) Object connection) {
            Hooks.checkoutLeft(dataSource, connection);
        }
    }

    static final class DataSourceConstructor {
        @Advice.OnMethodExit
        static void exit(@Advice.This Object dataSource) {
            Hooks.dataSourceCreated(dataSource);
        }
    }

    static final class Connect {
        @Advice.OnMethodEnter
        static int enter() {
            return Hooks.connecting();
        }

        @Advice.OnMethodExit
        static void exit(
                @Advice.Enter int before,
                @Advice.This Object driver,
                @Advice.Argument(0) String url,
                @Advice.Argument(1) Object properties,
                @Advice.Return(typing = Assigner.Typing.DYNAMIC) Object connection) {
            Hooks.connected(before, driver, url, properties, connection);
        }
    }

    static final class Close {
        @Advice.OnMethodEnter
        static void enter(@Advice.This Object connection) {
            Hooks.connectionClosing(connection);
        }
    }
}
