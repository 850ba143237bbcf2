package io.tenantwarden.bench;

import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import net.ttddyy.dsproxy.listener.logging.SLF4JLogLevel;
import net.ttddyy.dsproxy.support.ProxyDataSourceBuilder;

/** A data source behind datasource-proxy, with the listener that its manual shows first. The logger is off. */
public final class ProxiedDataSource implements UnaryOperator<DataSource> {

    @Override
    public DataSource apply(DataSource dataSource) {
        return ProxyDataSourceBuilder.create(dataSource)
                .name("bench")
                .logQueryBySlf4j(SLF4JLogLevel.INFO)
                .build();
    }
}
