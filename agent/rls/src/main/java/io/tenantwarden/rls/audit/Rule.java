package io.tenantwarden.rls.audit;

/** One thing that can be wrong. Stateless and thread-safe. A new rule is one new class, listed in {@link Rules}. */
public interface Rule {

    /**
     * What a rule says of itself; docs/rules.md is generated from it. Immutable.
     *
     * @param id stable id, {@code WD} and three digits; never used again for something else
     * @param level of all its findings
     * @param title what is wrong, a few words
     * @param why why it matters, one sentence
     * @param fix what the SQL in its findings does, one sentence
     * @param limits what it cannot see, one sentence
     */
    record About(String id, Finding.Level level, String title, String why, String fix, String limits) {}

    /** What it says of itself. */
    About about();

    /** Looks at the facts and reports what it finds, at most once for each object. */
    void check(AuditFacts facts, AuditOptions options, Findings findings);

    /** The stable id, for instance {@code WD012}. */
    default String id() {
        return about().id();
    }

    /** How bad its findings are. */
    default Finding.Level level() {
        return about().level();
    }

    /** What is wrong, a few words. */
    default String title() {
        return about().title();
    }

    /** Why it matters, one sentence. */
    default String why() {
        return about().why();
    }
}
