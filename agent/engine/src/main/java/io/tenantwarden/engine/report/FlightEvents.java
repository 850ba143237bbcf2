package io.tenantwarden.engine.report;

import java.util.List;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** The events of Java Flight Recorder. Names and fields are documented in docs/reports.md, which a test compares. */
final class FlightEvents {

    /** All of them. */
    static final List<Class<? extends Event>> ALL =
            List.of(Violation.class, Refusal.class, Bypass.class, Injection.class);

    private FlightEvents() {}

    @Name("tenantwarden.Violation")
    @Label("Violation")
    @Description("A rule was broken, for instance a statement on a protected table ran without a tenant")
    @Category("Tenant Warden")
    static final class Violation extends Event {

        @Label("Kind")
        String kind;

        @Label("Id")
        @Description("Of the violation in log and report, to which several events may belong")
        String id;

        @Label("Site")
        String site;

        @Label("Tables")
        String tables;

        @Label("Operation")
        String operation;

        @Label("Database")
        String database;

        @Label("Role")
        String role;

        @Label("Known")
        @Description("Whether the baseline has it")
        boolean known;

        @Label("Refused")
        boolean refused;

        @Label("Executions")
        @Description("How many executions it stands for, when sites are sampled")
        long executions;
    }

    @Name("tenantwarden.Refusal")
    @Label("Refusal")
    @Description("A statement was not sent")
    @Category("Tenant Warden")
    static final class Refusal extends Event {

        @Label("Kind")
        String kind;

        @Label("Id")
        String id;

        @Label("Site")
        String site;

        @Label("Tables")
        String tables;
    }

    @Name("tenantwarden.Bypass")
    @Label("Bypass")
    @Description("A statement on a protected table ran in a bypass")
    @Category("Tenant Warden")
    @StackTrace(false)
    static final class Bypass extends Event {

        @Label("Name")
        @Description("Of warden.bypass.<name>")
        String name;
    }

    @Name("tenantwarden.Injection")
    @Label("Injection")
    @Description("The values of a scope were sent")
    @Category("Tenant Warden")
    @Enabled(false)
    @StackTrace(false)
    static final class Injection extends Event {

        @Label("Scope")
        @Description("TENANT, BYPASS or NONE; never the tenant")
        String scope;

        @Label("Operation")
        @Description("Of the application's statement")
        String operation;

        @Label("Own round trip")
        @Description("Whether ours was a statement of its own")
        boolean ownRoundTrip;
    }
}
