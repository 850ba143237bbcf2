package io.tenantwarden.rls.audit;

import java.util.ArrayList;
import java.util.List;

final class UnnamedBypass implements Rule {

    @Override
    public About about() {
        return new About(
                "WD042",
                Finding.Level.ERROR,
                "Setting opens tables past the tenant",
                "Whoever can run SQL as the role can set it and then sees every tenant's rows; Warden sets it for nobody, and takes"
                        + " it for no bypass, as long as it is not configured.",
                "Says how to name it in warden.guc.bypass (command line: --guc-bypass) when it is meant.",
                "A policy is taken for one that a setting opens when the setting has to have a constant value in it and nothing else"
                        + " opens it.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        facts.setting(options).unnamedBypasses().forEach((guc, gate) -> {
            List<String> all = new ArrayList<>(options.bypassGucs());
            all.removeAll(facts.setting(options).unnamedBypasses().keySet());
            String pair = guc + "=" + gate.value();
            findings.add(
                    guc,
                    gate.tables(),
                    "setting " + guc + " opens " + Phrases.tables(gate.tables().size()) + " to every tenant when it is "
                            + gate.value() + ": " + Phrases.some(gate.tables()),
                    Fix.decide("decide whether that is the way in for the platform itself: if so, add " + pair
                            + " to warden.guc.bypass (command line: --guc-bypass "
                            + (all.isEmpty() ? "" : "with those that are there, and ") + pair
                            + "); if not, take it out of the policies of these tables"));
        });
    }
}
