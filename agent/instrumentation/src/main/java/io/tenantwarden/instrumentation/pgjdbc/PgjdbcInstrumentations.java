package io.tenantwarden.instrumentation.pgjdbc;

import io.tenantwarden.instrumentation.TypeInstrumentation;
import java.util.HashMap;
import java.util.Map;

/** The driver classes by name, for pgjdbc and for the forks that have the same classes under their own package. */
public final class PgjdbcInstrumentations {

    private static final String[] PACKAGES = {"org/postgresql", "com/yugabyte", "com/edb", "org/opengauss"};

    private PgjdbcInstrumentations() {}

    /**
     * Internal class name to what is done to it.
     *
     * @param strategies decides which way for each driver
     */
    public static Map<String, TypeInstrumentation> byClassName(DriverStrategies strategies) {
        Map<String, TypeInstrumentation> byName = new HashMap<>();
        for (String name : PACKAGES) {
            byName.put(
                    name + "/core/v3/QueryExecutorImpl",
                    new DriverClass(strategies, name, new ExecutorInstrumentation(), null));
            byName.put(
                    name + "/core/v3/SimpleQuery", new DriverClass(strategies, name, new QueryInstrumentation(), null));
            byName.put(
                    name + "/jdbc/PgConnection",
                    new DriverClass(
                            strategies,
                            name,
                            new ConnectionInstrumentation(),
                            new PortableConnectionInstrumentation()));
            byName.put(
                    name + "/jdbc/PgStatement",
                    new DriverClass(strategies, name, null, new PortableStatementInstrumentation(true)));
            for (String statement : new String[] {"PgPreparedStatement", "PgCallableStatement"}) {
                byName.put(
                        name + "/jdbc/" + statement,
                        new DriverClass(strategies, name, null, new PortableStatementInstrumentation(false)));
            }
            byName.put(
                    name + "/copy/CopyManager",
                    new DriverClass(strategies, name, null, new PortableCopyInstrumentation()));
        }
        return byName;
    }
}
