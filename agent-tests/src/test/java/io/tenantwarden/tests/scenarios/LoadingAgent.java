package io.tenantwarden.tests.scenarios;

/** Another agent, which uses classes of the driver and of a pool before Warden starts; or an application that does nothing else. */
public final class LoadingAgent {

    private LoadingAgent() {}

    /** Called by the JVM. */
    public static void premain(String arguments) throws ClassNotFoundException {
        for (String name : new String[] {
            "org.postgresql.Driver",
            "org.postgresql.jdbc.PgConnection",
            "org.postgresql.jdbc.PgCallableStatement",
            "org.postgresql.core.v3.QueryExecutorImpl",
            "org.postgresql.core.v3.SimpleQuery",
            "org.postgresql.copy.CopyManager",
            "org.postgresql.ds.PGSimpleDataSource",
            "com.zaxxer.hikari.HikariDataSource",
            "com.zaxxer.hikari.pool.HikariProxyConnection"
        }) {
            Class.forName(name, true, ClassLoader.getSystemClassLoader());
        }
    }

    public static void main(String[] arguments) throws ClassNotFoundException {
        premain(null);
    }
}
