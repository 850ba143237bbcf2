package io.tenantwarden.engine.report;

import java.util.List;
import java.util.Objects;

/**
 * What is protected in one database for one role. Immutable.
 *
 * @param database database name, never null
 * @param server {@code host:port}, never null
 * @param role the role that the application connects as, with {@code ->} and the one that its statements run as where that is another; never null
 * @param strategy {@code pipelined}, {@code jdbc} or whatever keeps the scope on the wire
 * @param protectedTables number of protected tables
 * @param rls how many of them have row-level security enabled
 * @param force how many of them have it forced on their owner, too
 * @param gucs the configured GUCs and how many policies read each
 * @param gucsInPolicies names of all GUCs that policies read; they are told when a configured one is not among them
 * @param unreadPolicies of how many tables the policies could not be read, so that the GUCs they read are not known
 * @param pooled whether a pooler stands between the JVM and the server
 * @param opens what {@code warden.role} leaves open for a login that no policy filters, by kind: {@code views:3,functions:2}; empty when nothing
 */
public record Cover(
        String database,
        String server,
        String role,
        String strategy,
        int protectedTables,
        int rls,
        int force,
        List<GucUse> gucs,
        List<String> gucsInPolicies,
        int unreadPolicies,
        boolean pooled,
        String opens) {

    /**
     * One configured GUC.
     *
     * @param name its name
     * @param policies how many policies read it
     */
    public record GucUse(String name, int policies) {}

    /** Nothing is left open. */
    public Cover(
            String database,
            String server,
            String role,
            String strategy,
            int protectedTables,
            int rls,
            int force,
            List<GucUse> gucs,
            List<String> gucsInPolicies,
            int unreadPolicies,
            boolean pooled) {
        this(
                database,
                server,
                role,
                strategy,
                protectedTables,
                rls,
                force,
                gucs,
                gucsInPolicies,
                unreadPolicies,
                pooled,
                "");
    }

    public Cover {
        Objects.requireNonNull(database, "database");
        Objects.requireNonNull(server, "server");
        Objects.requireNonNull(role, "role");
        gucs = List.copyOf(gucs);
        gucsInPolicies = List.copyOf(gucsInPolicies);
    }

    /**
     * {@link Level#ERROR} when policies exist and a configured GUC is read by none of them: what is injected protects nothing.
     * Only if all of them could be read.
     */
    Level level() {
        boolean unread = gucs.stream().anyMatch(guc -> guc.policies() == 0);
        return unread && rls > 0 && unreadPolicies == 0 ? Level.ERROR : Level.INFO;
    }
}
