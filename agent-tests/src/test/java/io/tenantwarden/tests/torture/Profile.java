package io.tenantwarden.tests.torture;

import java.util.List;

/**
 * How the connections of one pool are configured.
 *
 * @param parameters of the JDBC URL
 * @param extended whether the driver uses the extended query protocol for everything
 * @param proxied whether the connections go through the proxy that cuts them
 * @param init what the pool runs on each new connection; null for nothing
 */
record Profile(String parameters, boolean extended, boolean proxied, String init) {

    static final List<Profile> ALL = List.of(
            new Profile("prepareThreshold=5", true, false, null),
            new Profile("prepareThreshold=1&preparedStatementCacheQueries=4", true, false, "set role warden_app"),
            new Profile("prepareThreshold=0&reWriteBatchedInserts=true", true, true, null),
            new Profile("autosave=always&prepareThreshold=1", true, false, "set app.tenant_id = ''"),
            new Profile("autosave=conservative&prepareThreshold=1&reWriteBatchedInserts=true", true, false, null),
            new Profile("defaultRowFetchSize=6&prepareThreshold=1", true, false, "reset all"),
            new Profile("autosave=always&prepareThreshold=5&reWriteBatchedInserts=true", true, true, null),
            new Profile("preferQueryMode=simple", false, false, "set session authorization default"),
            new Profile("preferQueryMode=extendedForPrepared", false, false, "set role warden_app"),
            new Profile("preferQueryMode=extendedCacheEverything&prepareThreshold=1", false, false, null));

    /** Parameters for a connection through a pooler: no prepared statements outlive a transaction there. */
    String pooled() {
        return parameters.replaceAll("prepareThreshold=\\d", "prepareThreshold=0")
                + (parameters.contains("prepareThreshold") ? "" : "&prepareThreshold=0");
    }
}
