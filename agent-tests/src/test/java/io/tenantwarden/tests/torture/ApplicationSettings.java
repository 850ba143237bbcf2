package io.tenantwarden.tests.torture;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.EnumSet;

/** The application's own SET and RESET. */
final class ApplicationSettings extends Operations {

    /** Whether statements run with {@code warden.role}, and a bypass as the owner, for whom no policy filters. */
    static final boolean OF_ROLE = System.getProperty("warden.role") != null;

    private final Reading reading;

    ApplicationSettings(Steps run, Reading reading) {
        super(run);
        this.reading = reading;
    }

    void setLocal(Op op) {
        if (!model.inTransaction || model.failed || model.hasOpenCursor() || op.bypass()) {
            return;
        }
        Scope scope = scope(op);
        String value = Scope.TENANTS.get(op.b() % 3);
        String sql = switch (op.a() % 3) {
            case 0 -> "set local app.tenant_id = '" + value + "'";
            case 1 -> "set local U&\"app.tenant!005fid\" uescape '!' = '" + value + "'";
            default -> "select set_config('app.tenant_id', '" + value + "', true)";
        };
        Answer<?> answer = attempt(op, mustForSetting(scope, value), mayFor(scope), () -> execute(sql));
        model.applicationUsed = true;
        if (scope.isNone()) {
            model.applicationOnce.add(value);
        }
        if (answer.succeeded() && scope.isNone() && connection() != null) {
            model.application = value;
            model.applicationCertain = true;
        } else {
            model.applicationCertain = false;
        }
    }

    /** Inside a scope its own value is harmless, another one is tampering. */
    EnumSet<Cause> mustForSetting(Scope scope, String value) {
        boolean another =
                scope.isBypass() || scope.isTenant() && !scope.tenant().equals(value);
        return another && model.enforces() ? EnumSet.of(Cause.TAMPER) : none();
    }

    /** A cursor whose DECLARE failed counts as open until the transaction ends. */
    private EnumSet<Cause> mayFor(Scope scope) {
        return model.mayBeAnothersPortal(scope) ? EnumSet.of(Cause.OPEN_PORTAL) : none();
    }

    /** The application's own helper repeats, or clears, what is set anyway: that changes nothing. */
    void sameValue(Op op) {
        Scope scope = scope(op);
        if (!scope.isTenant() || model.failed || model.hasOpenCursor()) {
            return;
        }
        String id = scope.tenant();
        attempt(op, none(), mayFor(scope), () -> switch (op.a() % 6) {
            case 0 -> execute("set local app.tenant_id = '" + id + "'");
            case 1 -> execute("set local app.tenant_id to default");
            case 2 -> execute("select set_config('app.tenant_id', '" + id + "', true)");
            case 3 -> execute("select set_config('app.tenant_id', concat('', '" + id + "'), true)");
            case 4 -> execute("set local U&\"app.tenant!005fid\" uescape '!' = '" + id + "'");
            default -> bound(id);
        });
        model.applicationUsed = true;
        model.applicationCertain = false;
        model.application = null;
        if (connection() != null) {
            reading.selectSimple(new Op(Kind.SELECT_SIMPLE, op.a(), op.b(), false));
        }
    }

    Void bound(String id) throws SQLException {
        try (PreparedStatement set = connection().prepareStatement("select set_config('app.tenant_id', ?, true)")) {
            set.setString(1, id);
            set.execute();
        }
        return null;
    }

    /** Back to the role that it has: what wrappers run when a connection() is returned. */
    void role(Op op) {
        if (model.failed || model.hasOpenCursor() || op.bypass()) {
            return;
        }
        EnumSet<Cause> may = mayFor(scope(op));
        if (OF_ROLE) {
            may.add(Cause.TAMPER); // it leads back to the login where the role holds already
        }
        attempt(op, none(), may, () -> execute(op.a() % 2 == 0 ? "reset role" : "set role none"));
    }

    void setSession(Op op) throws SQLException {
        if (model.inBlock() || op.bypass()) {
            return;
        }
        Scope scope = scope(op);
        String value = Scope.TENANTS.get(op.b() % 3);
        Answer<?> answer = attempt(
                op, mustForSetting(scope, value), mayFor(scope), () -> execute("set app.tenant_id = '" + value + "'"));
        if (connection() == null || !answer.succeeded()) {
            return;
        }
        if (!scope.isNone()) {
            run.leaveInSession(value);
            return;
        }
        model.application = value;
        model.applicationCertain = true;
        try {
            reading.selectSimple(op);
            reading.function(op);
        } finally {
            model.application = null;
            model.applicationCertain = false;
        }
        if (connection() != null) {
            Answer<?> reset = attempt(op, none(), none(), () -> execute("reset app.tenant_id"));
            if (!reset.succeeded()) {
                run.abandon();
            }
        }
    }

    void reset(Op op, String sql) {
        if (model.failed || model.hasOpenCursor() || op.bypass()) {
            return;
        }
        Answer<?> answer = attempt(op, none(), mayFor(scope(op)), () -> execute(sql));
        model.applicationUsed = true;
        if (answer.succeeded()) {
            model.application = null;
        } else {
            model.applicationCertain = false;
        }
    }
}
