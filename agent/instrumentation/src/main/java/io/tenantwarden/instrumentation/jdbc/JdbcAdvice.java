package io.tenantwarden.instrumentation.jdbc;

import io.tenantwarden.bootstrap.Hooks;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.implementation.bytecode.assign.Assigner;

/** Inlined into DataSource and Connection implementations, the pools' above all. */
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

    static final class Close {
        @Advice.OnMethodEnter
        static void enter(@Advice.This Object connection) {
            Hooks.connectionClosing(connection);
        }
    }
}
