package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.catalog.Policy;
import java.util.List;
import java.util.stream.Collectors;

/** A rule about the policies of one table: one finding for each table, whose fix is the table's {@link PolicyPlan}. */
abstract class PolicySetRule implements Rule {

    /**
     * What is wrong with the policies of a table.
     *
     * @param message what is wrong, without the table's name
     * @param mended the table's policies without this defect; null when only somebody who knows the application can tell
     * @param decide what to decide then; null when it can be mended
     */
    record Defect(String message, List<Policy> mended, String decide) {}

    @Override
    public final void check(AuditFacts facts, AuditOptions options, Findings findings) {
        for (CatalogTable table : facts.tablesWithPolicies()) {
            List<Defect> defects = defects(facts, options, table);
            if (!defects.isEmpty()) {
                findings.add(
                        table,
                        table.qualifiedName() + ": "
                                + defects.stream().map(Defect::message).collect(Collectors.joining("; ")),
                        findings.plan(table).fix());
            }
        }
    }

    /** What this rule finds wrong with the policies that the table is given with. */
    abstract List<Defect> defects(AuditFacts facts, AuditOptions options, CatalogTable table);

    /** How to accept a finding: for the end of a sentence that says what to decide. */
    final String accept(CatalogTable table) {
        return "accept it: --ignore \"" + id() + ":" + table.qualifiedName() + "=why\"";
    }
}
