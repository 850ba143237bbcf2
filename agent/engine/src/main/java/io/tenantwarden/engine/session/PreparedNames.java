package io.tenantwarden.engine.session;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which statements PREPARE has made on one connection, by name. Guarded by the lock of the session. */
public final class PreparedNames {

    /** More texts of one name, or more names, than an application has that prepares its statements once. */
    private static final int MAX_TEXTS = 16;

    private static final int MAX_NAMES = 1_000;

    private final Map<String, List<Object>> statements = new HashMap<>(0);

    PreparedNames() {}

    /**
     * All that this name has stood for, each once; empty when it was made elsewhere, or not at all; null when so many were made that not all are
     * known.
     */
    public List<Object> named(String name) {
        List<Object> all = statements.get(name);
        if (all == null) {
            return statements.size() < MAX_NAMES ? List.of() : null;
        }
        return all.size() < MAX_TEXTS ? all : null;
    }

    /**
     * PREPARE is about to make a statement. Whether it fails because the name is taken is not known here, nor what DEALLOCATE takes away, so
     * that all that one name has stood for counts.
     */
    public void add(String name, Object statement) {
        List<Object> all = statements.get(name);
        if (all == null && statements.size() < MAX_NAMES) {
            all = new ArrayList<>(1);
            statements.put(name, all);
        }
        if (all != null && all.size() < MAX_TEXTS && !all.contains(statement)) {
            all.add(statement);
        }
    }
}
