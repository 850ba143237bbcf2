package io.tenantwarden.engine.policy;

import io.tenantwarden.engine.report.FoundSite;
import io.tenantwarden.engine.report.Outcome;
import io.tenantwarden.engine.report.Reporter;
import io.tenantwarden.engine.report.StatementStats;
import io.tenantwarden.engine.session.Session;
import io.tenantwarden.rls.audit.Finding;
import io.tenantwarden.rls.audit.Finding.Level;
import io.tenantwarden.rls.catalog.FunctionExit;
import io.tenantwarden.rls.catalog.Resolution;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps the inventory of functions that need a person's look: SECURITY DEFINER functions whose owner bypasses policies are
 * counted like bypasses, in every scope; those that run SQL which is not written in them are listed once. Thread-safe.
 */
final class FunctionRule {

    static final String OPAQUE = "function-opaque";

    private final Reporter reporter;
    private final VerdictTeller teller;
    private final Set<String> declared = ConcurrentHashMap.newKeySet();
    private final Set<String> listed = ConcurrentHashMap.newKeySet();

    FunctionRule(Reporter reporter, VerdictTeller teller) {
        this.reporter = reporter;
        this.teller = teller;
    }

    /** A statement calls such functions. */
    void note(Session session, KnownStatement known, Resolution touched) {
        if (!touched.exits().isEmpty()) {
            count(session, known, touched);
        }
        List<String> opaque = touched.opaque();
        for (int i = 0; i < opaque.size(); i++) {
            if (!listed.contains(opaque.get(i))) {
                list(opaque.get(i), known, touched);
            }
        }
    }

    private void count(Session session, KnownStatement known, Resolution touched) {
        List<FunctionExit> exits = touched.exits();
        StatementStats stats = known.exitStats(touched);
        if (stats == null) {
            stats = declare(session, known, touched);
        }
        int sampled = stats.count(Outcome.BYPASSED);
        FoundSite found = sampled == 0 ? null : teller.find();
        if (found != null) {
            stats.at(found.site(), Outcome.BYPASSED, sampled);
        }
        for (int i = 0; i < exits.size(); i++) {
            String name = exits.get(i).function();
            reporter.bypassUsed(name);
            if (found != null) {
                reporter.bypassAt(name, found.site(), sampled);
            }
        }
    }

    private StatementStats declare(Session session, KnownStatement known, Resolution touched) {
        Set<String> tables = new TreeSet<>();
        for (FunctionExit exit : touched.exits()) {
            tables.addAll(exit.tables());
            if (declared.add(exit.function())) {
                reporter.bypass(
                        exit.function(),
                        "SECURITY DEFINER function of " + exit.owner() + ", whom no policy filters on "
                                + String.join(", ", exit.tables()));
            }
        }
        StatementStats stats = reporter.stats(
                known.sql().fingerprint(),
                List.copyOf(tables),
                session.database().name());
        known.exitStats(stats, touched);
        return stats;
    }

    private void list(String function, KnownStatement known, Resolution touched) {
        if (!listed.add(function)) {
            return;
        }
        boolean block = function.equals("DO");
        FoundSite found = teller.find();
        reporter.finding(new Finding(
                OPAQUE,
                Level.INFO,
                block ? found.site().className() + "#" + found.site().method() : function,
                (block
                                ? "the DO block"
                                : "function " + function + ", reached by "
                                        + known.sql().operation()) + " at "
                        + found.site()
                        + ", runs SQL that is not written in it (EXECUTE, or another language): whether it touches further"
                        + " protected tables"
                        + (touched.touches() ? " than " + String.join(", ", touched.tables()) : "")
                        + " is not known",
                "look what it executes. Where that is a protected table, let it be called in a scope: without one only"
                        + " the tables that its text names are reported and refused"));
    }
}
