package io.tenantwarden.tests.scenarios;

import io.tenantwarden.tests.jvm.Db;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CountDownLatch;
import org.slf4j.LoggerFactory;

/**
 * An application whose shutdown hooks run statements: one at once, one when its log has been stopped, whose lines are then not in the log any
 * more. The argument is the log: {@code logback}, {@code log4j} or {@code jul}; the last two stop in hooks of their own.
 */
public final class ExitMain {

    private static final CountDownLatch LOG_STOPPED = new CountDownLatch(1);

    private ExitMain() {}

    public static void main(String[] arguments) throws Exception {
        LoggerFactory.getLogger(ExitMain.class).warn("the application's log is there");
        Connection first = Db.plain().getConnection();
        Connection second = Db.plain().getConnection();
        running(first);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> atOnce(first)));
        LogState log = state(arguments[0]);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> afterTheLog(second, log)));
        if (arguments[0].equals("logback")) {
            Runtime.getRuntime().addShutdownHook(new Thread(ExitMain::stopLogback));
        }
    }

    private static void running(Connection c) throws SQLException {
        try (Statement s = c.createStatement()) {
            s.execute("select amount from invoices");
        }
    }

    private static void atOnce(Connection c) {
        try (Statement s = c.createStatement()) {
            s.execute("select id from customers");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void afterTheLog(Connection c, LogState log) {
        try (Statement s = c.createStatement()) {
            while (log.isThere()) {
                Thread.sleep(10);
            }
            s.execute("select note from invoices");
            System.out.println("##ran at the end");
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private interface LogState {
        boolean isThere() throws ReflectiveOperationException;
    }

    private static LogState state(String log) throws ReflectiveOperationException {
        if (log.equals("logback")) {
            return () -> LOG_STOPPED.getCount() > 0;
        }
        if (log.equals("jul")) {
            return () -> java.util.logging.Logger.getLogger("").getHandlers().length > 0;
        }
        Object context = Class.forName("org.apache.logging.log4j.LogManager")
                .getMethod("getContext", boolean.class)
                .invoke(null, false);
        // while it is stopping, some of its appenders still write
        Method isStopped = context.getClass().getMethod("isStopped");
        return () -> !(boolean) isStopped.invoke(context);
    }

    private static void stopLogback() {
        try {
            // reached by name: with another log its classes are not there
            Object context = LoggerFactory.getILoggerFactory();
            context.getClass().getMethod("stop").invoke(context);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        } finally {
            LOG_STOPPED.countDown();
        }
    }
}
