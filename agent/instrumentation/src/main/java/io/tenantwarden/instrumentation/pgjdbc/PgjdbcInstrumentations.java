package io.tenantwarden.instrumentation.pgjdbc;

import io.tenantwarden.instrumentation.TypeInstrumentation;
import java.util.HashMap;
import java.util.Map;

/** The driver classes by name, for pgjdbc and for the forks that have the same classes under their own package. */
public final class PgjdbcInstrumentations {

    private static final String[] PACKAGES = {"org/postgresql", "com/yugabyte", "com/edb", "org/opengauss"};

    private PgjdbcInstrumentations() {}

    /** Internal class name to what is done to it. */
    public static Map<String, TypeInstrumentation> byClassName() {
        Map<String, TypeInstrumentation> byName = new HashMap<>();
        for (String name : PACKAGES) {
            byName.put(name + "/core/v3/QueryExecutorImpl", new ExecutorInstrumentation());
            byName.put(name + "/core/v3/SimpleQuery", new QueryInstrumentation());
            byName.put(name + "/jdbc/PgConnection", new ConnectionInstrumentation());
        }
        return byName;
    }
}
