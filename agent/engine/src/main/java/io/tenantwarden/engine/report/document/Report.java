package io.tenantwarden.engine.report.document;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * A report: what was found, in one JVM or in several. Immutable; all lists are copied. Names of modes, kinds, levels and states are those of the
 * file, so that a report of a later version can be read and written again.
 *
 * @param started when the agent started; of several the first. Null when the file does not say
 * @param mode {@code warden.mode} at the end; of several JVMs all of them, comma-separated
 * @param agent version of the agent
 * @param health what is protected
 * @param violations all violations, those of a baseline too, so that a report can be the next baseline
 * @param findings what the preflight found
 * @param bypasses all configured bypasses, used or not
 * @param sites where statements on protected tables ran
 * @param modeChanges changes of the mode at run time
 * @param violationsBeyondLimit events of violations that were no longer kept apart
 * @param processes of how many JVMs this is
 */
public record Report(
        Instant started,
        String mode,
        String agent,
        Health health,
        List<ViolationEntry> violations,
        List<FindingEntry> findings,
        List<BypassEntry> bypasses,
        List<SiteEntry> sites,
        List<ModeChange> modeChanges,
        long violationsBeyondLimit,
        int processes) {

    /** Of the file's format. */
    public static final int VERSION = 1;

    public Report {
        mode = mode == null ? "" : mode;
        agent = agent == null ? "" : agent;
        Objects.requireNonNull(health, "health");
        violations = List.copyOf(violations);
        findings = List.copyOf(findings);
        bypasses = List.copyOf(bypasses);
        sites = List.copyOf(sites);
        modeChanges = List.copyOf(modeChanges);
    }

    /** The report with at most so many violations: those that happened most often. The events of the others count as not kept apart. */
    public Report mostFrequent(int limit) {
        if (violations.size() <= limit) {
            return this;
        }
        List<ViolationEntry> byCount = new ArrayList<>(violations);
        byCount.sort(Comparator.comparingLong(ViolationEntry::count).reversed());
        long others = byCount.subList(limit, byCount.size()).stream()
                .mapToLong(ViolationEntry::count)
                .sum();
        Set<ViolationEntry> kept = new HashSet<>(byCount.subList(0, limit));
        return new Report(
                started,
                mode,
                agent,
                health,
                violations.stream().filter(kept::contains).toList(),
                findings,
                bypasses,
                sites,
                modeChanges,
                violationsBeyondLimit + others,
                processes);
    }

    /**
     * What is protected.
     *
     * @param state {@code idle}, {@code protecting}, {@code degraded}, {@code audit} or {@code off}
     * @param databases one for each server, database and role
     * @param agentErrors errors of the agent itself
     */
    public record Health(String state, List<DatabaseEntry> databases, long agentErrors) {

        public Health {
            databases = List.copyOf(databases);
        }
    }

    /**
     * One database as one role.
     *
     * @param database its name
     * @param server {@code host:port}
     * @param role the role that connected
     * @param strategy {@code pipelined}, {@code jdbc} or {@code none}
     * @param protectedTables how many tables are protected
     */
    public record DatabaseEntry(String database, String server, String role, String strategy, int protectedTables) {}

    /**
     * One kind of broken rule at one site for one statement.
     *
     * @param id eight hex digits, the same in every JVM
     * @param kind such as {@code unscoped-query}
     * @param site where in the application
     * @param stack the application's frames around it, innermost first
     * @param submitSite where the task was handed over; null when it does not matter
     * @param sql the statement without literals; null when there was none
     * @param fingerprint its shape; null when there was none
     * @param tables the protected tables touched
     * @param operation {@code SELECT} ...; null when unknown
     * @param role the database role; null when unknown
     * @param database the database; null when unknown
     * @param threads names of threads, digits as {@code #}
     * @param count how often
     * @param refused how often it was refused
     * @param firstSeen null when the file does not say
     * @param lastSeen null when the file does not say
     * @param next what to do about it; null when there is nothing to say
     * @param via {@code function} when the statement does not name all of the tables itself; else null
     */
    public record ViolationEntry(
            String id,
            String kind,
            Frame site,
            List<String> stack,
            Frame submitSite,
            String sql,
            String fingerprint,
            List<String> tables,
            String operation,
            String role,
            String database,
            List<String> threads,
            long count,
            long refused,
            Instant firstSeen,
            Instant lastSeen,
            String next,
            String via) {

        public ViolationEntry {
            Objects.requireNonNull(id, "id");
            Objects.requireNonNull(kind, "kind");
            Objects.requireNonNull(site, "site");
            stack = List.copyOf(stack);
            tables = List.copyOf(tables);
            threads = List.copyOf(threads);
        }

        /** What to do: what the agent said of this one, else what is said of its kind. */
        public String step() {
            return next == null ? KindText.of(kind).fix() : next;
        }

        /** One line for people: {@code unscoped SELECT on public.invoices}. */
        public String headline() {
            KindText text = KindText.of(kind);
            return (text.subject()
                            + (operation == null ? "" : " " + operation)
                            + (tables.isEmpty() ? "" : " on " + String.join(", ", tables))
                            + (via == null ? "" : ", via " + via))
                    .strip();
        }
    }

    /**
     * A result of the preflight.
     *
     * @param rule stable id, such as {@code WD001}
     * @param level {@code error}, {@code warn} or {@code info}
     * @param object what it is about
     * @param message what is wrong
     * @param fix what to do; empty when there is nothing to paste
     */
    public record FindingEntry(String rule, String level, String object, String message, String fix) {}

    /**
     * A configured bypass.
     *
     * @param name of {@code warden.bypass.<name>}
     * @param reason why it is allowed
     * @param count how often it was used
     * @param lastUsed null when it was not
     */
    public record BypassEntry(String name, String reason, long count, Instant lastUsed) {}

    /**
     * A site at which statements on protected tables ran, and how often under which scope.
     *
     * @param site where
     * @param tables the protected tables touched there
     * @param scoped in a tenant scope
     * @param captured in the scope captured at checkout alone
     * @param application the application had set the GUC itself
     * @param unscoped without a tenant
     * @param bypassed in a bypass
     * @param estimated whether the counts follow from samples
     */
    public record SiteEntry(
            Frame site,
            List<String> tables,
            long scoped,
            long captured,
            long application,
            long unscoped,
            long bypassed,
            boolean estimated) {

        public SiteEntry {
            Objects.requireNonNull(site, "site");
            tables = List.copyOf(tables);
        }

        /** All executions at this site. */
        public long total() {
            return scoped + captured + application + unscoped + bypassed;
        }
    }

    /**
     * One change of the mode.
     *
     * @param from mode before
     * @param to mode after
     * @param at when
     */
    public record ModeChange(String from, String to, Instant at) {}
}
