package io.tenantwarden.engine.preflight;

import io.tenantwarden.engine.config.ModeSwitch;
import io.tenantwarden.engine.report.Reporter;
import io.tenantwarden.engine.session.TenantChecks;
import io.tenantwarden.rls.audit.Finding;
import io.tenantwarden.rls.audit.Finding.Level;
import java.sql.SQLException;

/** Tells that {@code warden.tenant.check} could not be asked. Thread-safe. */
public final class CheckFailures implements TenantChecks.Listener {

    private final Reporter reporter;
    private final ModeSwitch mode;

    public CheckFailures(Reporter reporter, ModeSwitch mode) {
        this.reporter = reporter;
        this.mode = mode;
    }

    @Override
    public void failed(String database, SQLException cause) {
        reporter.finding(new Finding(
                "tenant-check-failed",
                Level.ERROR,
                "database " + database,
                "warden.tenant.check failed (SQLState " + cause.getSQLState() + ": " + cause.getMessage() + ")",
                (mode.refuses()
                                ? "statements of tenants without an answer are refused until it works"
                                : "tenants without an answer are not checked until it works")
                        + "; it is tried again after a second. Let the role select what it reads without a tenant, and"
                        + " cast the column when its type is another one than warden.tenant.type says"));
    }

    @Override
    public void recovered(String database) {
        reporter.info("warden.tenant.check works again on database " + database);
    }
}
