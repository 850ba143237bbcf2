package io.tenantwarden.engine.coverage;

import java.util.List;

/**
 * A PostgreSQL client that speaks to the server without pgjdbc, so that Warden sees nothing of what it sends. One line of
 * {@link #ALL} for each place that such a client begins at. Their JDBC drivers, of whatever name, need no line: they are
 * known by their URL. Immutable.
 *
 * @param product what people call it
 * @param scheme what its address begins with in {@code warden.datasource.exclude}
 * @param className the class that is changed, binary name
 * @param method its method that is entered first, on the application's thread; {@code <init>} for the constructors
 */
public record Client(String product, String scheme, String className, String method) {

    /** Every client that is known not to be covered. */
    public static final List<Client> ALL = List.of(
            new Client("R2DBC", "r2dbc:postgresql:", "io.r2dbc.postgresql.PostgresqlConnectionFactory", "create"),
            new Client(
                    "the Vert.x client", "vertx:postgresql:", "io.vertx.pgclient.impl.PgConnectionFactory", "<init>"),
            new Client(
                    "reactive-pg-client",
                    "vertx:postgresql:",
                    "io.reactiverse.pgclient.impl.PgConnectionFactory",
                    "<init>"),
            new Client(
                    "pgjdbc-ng", "jdbc:pgsql:", "com.impossibl.postgres.jdbc.AbstractDataSource", "createConnection"),
            new Client(
                    "jasync-sql",
                    "jasync:postgresql:",
                    "com.github.jasync.sql.db.postgresql.pool.PostgreSQLConnectionFactory",
                    "<init>"),
            new Client(
                    "jasync-sql",
                    "jasync:postgresql:",
                    "com.github.jasync.sql.db.postgresql.PostgreSQLConnection",
                    "connect"),
            new Client(
                    "postgresql-async",
                    "async:postgresql:",
                    "com.github.mauricio.async.db.postgresql.PostgreSQLConnection",
                    "connect"),
            new Client(
                    "postgres-async-driver",
                    "async:postgresql:",
                    "com.github.pgasync.impl.PgConnectionPool",
                    "<init>"));

    /** Whether this method of the class is meant; {@code <init>} stands for the constructors. */
    public boolean begins(String methodName) {
        return method.equals(methodName);
    }
}
