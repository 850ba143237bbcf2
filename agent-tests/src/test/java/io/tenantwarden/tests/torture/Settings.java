package io.tenantwarden.tests.torture;

import io.tenantwarden.tests.jvm.AgentJvm;

/**
 * What a run is, handed to the forked JVM as system properties.
 *
 * @param url of the database, through the pooler if there is one
 * @param login who connects: with {@code warden.role} the owner of the tables
 * @param adminUrl of the server itself, with a superuser, for the fault thread
 * @param replay programs to run alone, each on a connection of its own; empty for random ones
 */
record Settings(
        String url,
        String login,
        String adminUrl,
        long seed,
        int seconds,
        int threads,
        boolean enforce,
        boolean pooler,
        boolean faults,
        String replay) {

    static final String BETWEEN_PROGRAMS = ";";

    void into(AgentJvm jvm) {
        jvm.property("torture.url", url)
                .property("torture.login", login)
                .property("torture.admin", adminUrl)
                .property("torture.seed", Long.toString(seed))
                .property("torture.seconds", Integer.toString(seconds))
                .property("torture.threads", Integer.toString(threads))
                .property("torture.enforce", Boolean.toString(enforce))
                .property("torture.pooler", Boolean.toString(pooler))
                .property("torture.faults", Boolean.toString(faults))
                .property("torture.replay", replay);
    }

    static Settings read() {
        return new Settings(
                System.getProperty("torture.url"),
                System.getProperty("torture.login"),
                System.getProperty("torture.admin"),
                Long.getLong("torture.seed"),
                Integer.getInteger("torture.seconds"),
                Integer.getInteger("torture.threads"),
                Boolean.getBoolean("torture.enforce"),
                Boolean.getBoolean("torture.pooler"),
                Boolean.getBoolean("torture.faults"),
                System.getProperty("torture.replay", ""));
    }
}
