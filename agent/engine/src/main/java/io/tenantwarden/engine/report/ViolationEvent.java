package io.tenantwarden.engine.report;

import java.util.List;
import java.util.Objects;

/**
 * One broken rule, as it happened. Immutable; holds plain values only, so that keeping it keeps nothing of the application alive. It must carry
 * no data of tenants: literals are out of the SQL already, tenant ids appear only as {@link TenantHash}.
 *
 * @param kind which rule, never null
 * @param site where in the application, never null
 * @param stack the application's frames around the site, innermost first; may be empty
 * @param sql the statement without literals and comments; null when there was none
 * @param fingerprint the statement's shape, the same for every execution; null when there was none
 * @param tables the protected tables touched, as {@code schema.table}; may be empty
 * @param assumed whether the tables were assumed in doubt rather than seen
 * @param via {@code function} when the statement names not all of the tables itself: functions, triggers or rules lead to them; else null
 * @param operation {@code SELECT}, {@code UPDATE} ...; null when unknown
 * @param role the database role; null when unknown
 * @param database the database; null when unknown
 * @param thread name of the thread that ran it; digits are dropped when it is written
 * @param refused whether the statement was refused
 * @param submitSite where the task was submitted; null when it does not matter
 * @param otherSite where the statement ran that this one contradicts; null when there is none
 * @param detail what this kind has to say beyond the other fields; null when nothing
 * @param next the next step, in short; null when there is none to say
 * @param times how many executions it stands for, at least 1: more when the site is only sampled ({@link StatementStats#count})
 */
public record ViolationEvent(
        ViolationKind kind,
        Site site,
        List<String> stack,
        String sql,
        String fingerprint,
        List<String> tables,
        boolean assumed,
        String via,
        String operation,
        String role,
        String database,
        String thread,
        boolean refused,
        Site submitSite,
        Site otherSite,
        String detail,
        String next,
        long times) {

    public ViolationEvent {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(site, "site");
        stack = List.copyOf(stack);
        tables = List.copyOf(tables);
        if (times < 1) {
            throw new IllegalArgumentException("times must be at least 1, not " + times);
        }
    }

    /** The violation that it belongs to: eight hex digits, without line numbers, the same in every JVM. */
    public String id() {
        return ViolationId.of(kind, site, fingerprint);
    }

    /** The same event with these texts, and without what belongs to this one time. */
    ViolationEvent keeping(String newSql, List<String> newStack, List<String> newTables, String newNext) {
        return new ViolationEvent(
                kind,
                site,
                newStack,
                newSql,
                fingerprint,
                newTables,
                assumed,
                via,
                operation,
                role,
                database,
                null,
                refused,
                submitSite,
                otherSite,
                detail,
                newNext,
                times);
    }

    /** Starts an event of this kind at this site, on the current thread, that happened once. */
    public static Builder of(ViolationKind kind, Site site) {
        return new Builder(kind, site);
    }

    /** Collects the parts of an event. Not thread-safe. */
    public static final class Builder {

        private final ViolationKind kind;
        private final Site site;
        private List<String> stack = List.of();
        private String sql;
        private String fingerprint;
        private List<String> tables = List.of();
        private boolean assumed;
        private String via;
        private String operation;
        private String role;
        private String database;
        private String thread = Thread.currentThread().getName();
        private boolean refused;
        private Site submitSite;
        private Site otherSite;
        private String detail;
        private String next;
        private long times = 1;

        private Builder(ViolationKind kind, Site site) {
            this.kind = kind;
            this.site = site;
        }

        public Builder stack(List<String> value) {
            stack = value;
            return this;
        }

        /** The statement: scrubbed text and fingerprint. */
        public Builder statement(String scrubbedSql, String statementFingerprint, String statementOperation) {
            sql = scrubbedSql;
            fingerprint = statementFingerprint;
            operation = statementOperation;
            return this;
        }

        public Builder tables(List<String> value, boolean inDoubt) {
            tables = value;
            assumed = inDoubt;
            return this;
        }

        public Builder via(String value) {
            via = value;
            return this;
        }

        public Builder database(String name, String connectedRole) {
            database = name;
            role = connectedRole;
            return this;
        }

        public Builder thread(String name) {
            thread = name;
            return this;
        }

        public Builder refused(boolean value) {
            refused = value;
            return this;
        }

        public Builder submitSite(Site value) {
            submitSite = value;
            return this;
        }

        public Builder otherSite(Site value) {
            otherSite = value;
            return this;
        }

        public Builder next(String value) {
            next = value;
            return this;
        }

        public Builder detail(String value) {
            detail = value;
            return this;
        }

        public Builder times(long value) {
            times = value;
            return this;
        }

        public ViolationEvent build() {
            return new ViolationEvent(
                    kind,
                    site,
                    stack,
                    sql,
                    fingerprint,
                    tables,
                    assumed,
                    via,
                    operation,
                    role,
                    database,
                    thread,
                    refused,
                    submitSite,
                    otherSite,
                    detail,
                    next,
                    times);
        }
    }
}
