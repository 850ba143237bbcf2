package io.tenantwarden.rls.audit;

import java.util.regex.Pattern;

final class ImmutableReadsSetting implements Rule {

    private static final Pattern READS = Pattern.compile("\\bcurrent_setting\\s*\\(", Pattern.CASE_INSENSITIVE);

    @Override
    public About about() {
        return new About(
                "WD023",
                Finding.Level.ERROR,
                "IMMUTABLE function reads a setting",
                "PostgreSQL may evaluate it while it plans and keep the result in a cached plan, so that the next tenant on the"
                        + " connection gets the first one's rows.",
                "Declares the function STABLE; where an index, a constraint or a generated column holds values of it, says what"
                        + " to do about that first.",
                "It looks for current_setting in the function's own text, SQL and PL/pgSQL only.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        for (DatabaseFunction f : facts.functions()) {
            if (f.volatility() == 'i'
                    && f.body() != null
                    && READS.matcher(f.body()).find()) {
                findings.add(
                        f.signature(),
                        f.policyTables(),
                        "function " + f.signature()
                                + " reads a setting but is IMMUTABLE: a cached plan may keep the value of"
                                + " another tenant",
                        f.fixed() == null
                                ? Fix.sql(f.owner(), f.alter() + " STABLE;")
                                : Fix.decide("decide what takes the place of " + f.fixed() + " that holds values of "
                                        + f.signature() + ", computed for whichever tenant was set: drop it, then "
                                        + f.alter()
                                        + " STABLE;"));
            }
        }
    }
}
