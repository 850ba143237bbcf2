package io.tenantwarden.engine.inject;

import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.rls.sql.SqlStatement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The parts of an injector on a connection that is none. */
public final class WireParts {

    private static final GucPlan.Value TENANT = new TenantValue();

    public final GucPlan plan;
    final WireState wire = new WireState();
    final SessionValues session;
    final HeldValues held;
    public final InjectedRole role;
    final WireView view;
    final StatementEffects effects;
    /** What the transport was told. */
    final List<String> told = new ArrayList<>();

    final FakeDriver driver = new FakeDriver();
    boolean openPortal;

    /** @param role {@code warden.role}; null for none */
    public WireParts(String role) {
        GucPlan values = GucPlan.of(Map.of("app.tenant_id", TENANT), Map.of(), Map.of());
        this.plan = role == null ? values : values.withRole(role);
        this.session = new SessionValues(new OwnStatement(plan));
        this.held = new HeldValues(session, wire);
        this.role = new InjectedRole(plan, wire.role(), session);
        Told transport = new Told();
        this.view = new WireView(plan, driver, transport, wire, session, held, this.role);
        this.effects = new StatementEffects(plan, driver, transport, wire, session, held, this.role);
    }

    Assignment tenant(String id) {
        return plan.assignment(Scope.tenant(id), null);
    }

    Assignment bypass() {
        return plan.assignment(Scope.bypass("support"), null);
    }

    /** A statement that runs with these values was sent, ours before it. */
    void sent(String sql, Assignment target) throws Throwable {
        wire.injected(target);
        note(sql, target);
    }

    void note(String sql, Assignment target) throws Throwable {
        effects.note(SqlStatement.parse(sql), target);
    }

    private final class Told implements Transport {
        @Override
        public void along(Assignment target, String role, boolean forSession, int flags) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean hasOpenPortal() {
            return openPortal;
        }

        @Override
        public void transactionBegins() {
            told.add("begins");
        }

        @Override
        public void transactionMayEnd() {
            told.add("may end");
        }

        @Override
        public void readyForQuery() {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean takeFailure() {
            return false;
        }
    }
}
