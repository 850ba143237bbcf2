package io.tenantwarden.engine.policy;

import io.tenantwarden.engine.inject.GucPlan;
import io.tenantwarden.engine.session.Session;
import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.catalog.Resolution;
import java.util.Set;
import java.util.TreeSet;

/** What a bypass opens: policies filter it like everybody unless they read a setting that {@code warden.guc.bypass} sets. Immutable. */
final class BypassReach {

    private final GucPlan plan;
    private final Set<String> bypassRoles;

    /** @param bypassRoles {@code warden.bypass.roles} */
    BypassReach(GucPlan plan, Set<String> bypassRoles) {
        this.plan = plan;
        this.bypassRoles = Set.copyOf(bypassRoles);
    }

    /** Whether the session's role bypasses policies on purpose. */
    boolean isBypassRole(Session session) {
        return !bypassRoles.isEmpty() && bypassRoles.contains(session.role().name());
    }

    /** Whether {@code warden.guc.bypass} sets anything. */
    boolean setsAnything() {
        return plan.isOpenedByBypass();
    }

    /** Whether row-level security would filter statements on these tables inside a bypass as if there were none. */
    boolean isFiltered(Session session, Resolution touched) {
        return !isBypassRole(session)
                && (session.role().facts() == null
                        || touched.rlsEnforced(session.role().facts()))
                && !isOpened(touched);
    }

    /** Whether a policy of one of the tables reads a setting that a bypass sets. What policies read is not known of all. */
    private boolean isOpened(Resolution touched) {
        if (!plan.isOpenedByBypass()) {
            return false;
        }
        for (CatalogTable table : touched.touched()) {
            if (table.policies().isEmpty()
                    || table.policies().stream()
                            .anyMatch(policy -> policy.using() == null && policy.check() == null
                                    || policy.gucs().stream().anyMatch(plan::isSetInBypass))) {
                return true;
            }
        }
        return false;
    }

    /** The settings, besides those that hold the tenant, that policies of these tables read: one of them may be what lets a bypass through. */
    Set<String> candidates(Resolution touched) {
        Set<String> found = new TreeSet<>();
        for (CatalogTable table : touched.touched()) {
            table.policies().forEach(policy -> found.addAll(policy.gucs()));
        }
        found.removeIf(plan::isComputed);
        return found;
    }
}
