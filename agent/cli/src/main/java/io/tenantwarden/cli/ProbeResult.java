package io.tenantwarden.cli;

import io.tenantwarden.rls.audit.Finding;

/**
 * What came of one check on one table. Immutable.
 *
 * @param table {@code schema.table}
 * @param check what was tried
 * @param outcome what it showed
 * @param detail how it was seen, or why it could not be; empty when there is nothing to say
 * @param fix what to do about a failure; empty for the other outcomes
 */
record ProbeResult(String table, Check check, Outcome outcome, String detail, String fix) {

    /** What a check can show. */
    enum Outcome {
        PROVEN("proven"),
        NOT_PROVABLE("not provable"),
        FAILED("FAILED");

        private final String words;

        Outcome(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }
    }

    /** What is tried on every table, each with a stable id. */
    enum Check {
        READ_WITHOUT_TENANT("WD901", "no tenant sees nothing", "Rows are seen when no tenant is set"),
        READ_AS_UNKNOWN_TENANT("WD902", "a random tenant sees nothing", "A tenant that does not exist sees rows"),
        READ_AS_TENANT("WD903", "a tenant sees only its own rows", "A tenant sees rows of others"),
        INSERT_FOR_OTHER(
                "WD904", "no row can be inserted for another tenant", "Rows can be inserted for another tenant"),
        UPDATE_OF_OTHER(
                "WD905", "no row of another tenant can be updated, none moved to one", "Rows of others can be updated"),
        DELETE_OF_OTHER("WD906", "no row of another tenant can be deleted", "Rows of others can be deleted");

        /** What all their ids begin with, and those of no rule. */
        static final String IDS = "WD9";

        private final String rule;
        private final String sentence;
        private final String failure;

        Check(String rule, String sentence, String failure) {
            this.rule = rule;
            this.sentence = sentence;
            this.failure = failure;
        }

        /** Its stable id. */
        String rule() {
            return rule;
        }

        /** What holds when it is proven. */
        String sentence() {
            return sentence;
        }

        /** What is wrong when it fails. */
        String failure() {
            return failure;
        }

        /** The check of this id; null when there is none. */
        static Check byRule(String id) {
            for (Check check : values()) {
                if (check.rule.equals(id)) {
                    return check;
                }
            }
            return null;
        }
    }

    /** A failure as a finding. */
    Finding finding() {
        return new Finding(check.rule(), Finding.Level.ERROR, table, detail, fix);
    }
}
