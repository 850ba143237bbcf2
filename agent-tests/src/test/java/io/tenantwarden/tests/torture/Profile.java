package io.tenantwarden.tests.torture;

import java.util.List;

/**
 * How the connections of one pool are configured.
 *
 * @param parameters of the JDBC URL
 * @param extended whether the driver uses the extended query protocol for everything
 * @param proxied whether the connections go through the proxy that cuts them
 */
record Profile(String parameters, boolean extended, boolean proxied) {

    static final List<Profile> ALL = List.of(
            new Profile("prepareThreshold=5", true, false),
            new Profile("prepareThreshold=1&preparedStatementCacheQueries=4", true, false),
            new Profile("prepareThreshold=0&reWriteBatchedInserts=true", true, true),
            new Profile("autosave=always&prepareThreshold=1", true, false),
            new Profile("autosave=conservative&prepareThreshold=1&reWriteBatchedInserts=true", true, false),
            new Profile("defaultRowFetchSize=6&prepareThreshold=1", true, false),
            new Profile("autosave=always&prepareThreshold=5&reWriteBatchedInserts=true", true, true),
            new Profile("preferQueryMode=simple", false, false),
            new Profile("preferQueryMode=extendedForPrepared", false, false),
            new Profile("preferQueryMode=extendedCacheEverything&prepareThreshold=1", false, false));

    /** Parameters for a connection through a pooler: no prepared statements outlive a transaction there. */
    String pooled() {
        return parameters.replaceAll("prepareThreshold=\\d", "prepareThreshold=0")
                + (parameters.contains("prepareThreshold") ? "" : "&prepareThreshold=0");
    }
}
