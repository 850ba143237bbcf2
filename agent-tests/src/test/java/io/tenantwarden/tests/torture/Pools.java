package io.tenantwarden.tests.torture;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;

/** A small pool for each profile, opened at its first use. Thread-safe. */
final class Pools implements Target, AutoCloseable {

    private final HikariDataSource[] pools = new HikariDataSource[Profile.ALL.size()];
    private final Settings settings;
    private final int size;
    private final CuttingProxy proxy;

    /**
     * @param size connections of each pool
     * @param proxy what connections of some profiles go through, so that they can be cut; null for none, which also means
     *     that no faults are injected
     */
    Pools(Settings settings, int size, CuttingProxy proxy) {
        this.settings = settings;
        this.size = size;
        this.proxy = proxy;
    }

    private synchronized HikariDataSource pool(int number) {
        if (pools[number] == null) {
            Profile profile = Profile.ALL.get(number);
            String url = settings.url();
            if (proxy != null && profile.proxied()) {
                url = url.replaceFirst("//[^/]+/", "//127.0.0.1:" + proxy.port() + "/");
            }
            String parameters = settings.pooler() ? profile.pooled() : profile.parameters();
            HikariConfig config = new HikariConfig();
            config.setJdbcUrl(url + (url.contains("?") ? "&" : "?") + parameters);
            config.setUsername(settings.login());
            config.setPassword(Fixture.PASSWORD);
            config.setMaximumPoolSize(size);
            config.setMinimumIdle(0);
            config.setConnectionTimeout(20_000);
            config.setInitializationFailTimeout(-1);
            // asked of the server otherwise; HikariCP remembers -1 for good when the connection is cut just then
            config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
            config.setConnectionInitSql(profile.init());
            pools[number] = new HikariDataSource(config);
        }
        return pools[number];
    }

    @Override
    public Connection borrow(int profile) throws SQLException {
        return pool(profile).getConnection();
    }

    @Override
    public void evict(Connection connection, int profile) {
        pool(profile).evictConnection(connection);
    }

    @Override
    public boolean enforce() {
        return settings.enforce();
    }

    @Override
    public boolean faults() {
        return proxy != null;
    }

    @Override
    public boolean pooler() {
        return settings.pooler();
    }

    @Override
    public synchronized void close() {
        for (HikariDataSource pool : pools) {
            if (pool != null) {
                pool.close();
            }
        }
    }
}
