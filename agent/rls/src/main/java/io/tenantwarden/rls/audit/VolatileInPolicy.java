package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import java.util.regex.Pattern;

final class VolatileInPolicy implements Rule {

    /** What a STABLE function must not do, or what is to be evaluated each time. */
    private static final Pattern CHANGES = Pattern.compile(
            "\\b(insert|update|delete|merge|truncate|copy|create|alter|drop|grant|revoke|lock|execute|perform|call|notify"
                    + "|refresh|nextval|setval|set_config|random|clock_timestamp|gen_random_uuid|uuidv[47]|timeofday|pg_sleep"
                    + "|dblink\\w*|lo_\\w+|txid_current|pg_current_xact_id|pg_\\w*advisory\\w*)\\b",
            Pattern.CASE_INSENSITIVE);

    @Override
    public About about() {
        return new About(
                "WD024",
                Finding.Level.INFO,
                "Policy calls a VOLATILE function",
                "The comparison cannot use an index and the function runs for each row; VOLATILE is what a function is when"
                        + " nobody said otherwise.",
                "Declares the function STABLE, where its body shows nothing that changes data or differs from call to call.",
                "PostgreSQL's own volatile functions, such as random(), are not looked for.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        for (DatabaseFunction f : facts.functions()) {
            if (f.volatility() == 'v' && !f.policyTables().isEmpty()) {
                boolean harmless =
                        f.body() != null && !CHANGES.matcher(f.body()).find();
                findings.add(
                        f.signature(),
                        f.policyTables(),
                        "function " + f.signature() + " is VOLATILE and used by policies of "
                                + Phrases.tables(f.policyTables().size()) + ", for instance "
                                + f.policyTables().stream()
                                        .map(CatalogTable::qualifiedName)
                                        .findFirst()
                                        .orElseThrow(),
                        harmless
                                ? Fix.sql(f.owner(), f.alter() + " STABLE;")
                                : Fix.decide("decide whether " + f.signature()
                                        + " changes anything, or has to be evaluated for"
                                        + " each row: if not, " + f.alter()
                                        + " STABLE; if so, accept it: --ignore \"WD024:"
                                        + f.signature() + "=why\""));
            }
        }
    }
}
