package io.tenantwarden.tests.demo;

import io.tenantwarden.tests.demo.BillingSource.Site;
import io.tenantwarden.tests.demo.Rows.Customer;
import io.tenantwarden.tests.demo.Rows.Sight;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The four acts. Each one checks that it showed what it is for. */
final class Acts {

    private static final String TENANT_SOURCE = "warden.tenant=method:com.acme.billing.TenantContext#current";

    private static final List<String> AUDIT_WITH_SOURCE = List.of("warden.mode=audit", TENANT_SOURCE);

    private static final List<String> INJECT =
            List.of("warden.mode=inject", TENANT_SOURCE, "warden.guc=app.tenant_id={tenant}");

    static final List<String> ENFORCE = List.of(
            "warden.mode=enforce",
            TENANT_SOURCE,
            "warden.guc=app.tenant_id={tenant}",
            "warden.guc.bypass=app.is_platform=on",
            "warden.bypass.migrations.at=org.flywaydb.core.Flyway#migrate",
            "warden.bypass.migrations.reason=Migrations are for the rows of all tenants",
            "warden.bypass.payer.at=com.acme.billing.payment.PaymentDirectory#findPayer",
            "warden.bypass.payer.reason=The payment provider knows a reference and no tenant");

    /** The reasons for bypasses, which nobody can propose. */
    private static final String REASON = "known and accepted";

    private final Stage stage;
    private final Screen screen;

    Acts(Stage stage) {
        this.stage = stage;
        this.screen = stage.screen();
    }

    /** @throws DemoFailure when the act could not be played to its end */
    ActResult play(int act) {
        return switch (act) {
            case 1 -> withoutAgent();
            case 2 -> audit();
            case 3 -> inject();
            case 4 -> enforce();
            default -> throw new IllegalArgumentException("act " + act);
        };
    }

    private ActResult withoutAgent() {
        screen.act("ACT 1  without the agent: as it happens today");
        Verdict verdict = new Verdict(screen);

        screen.scene("before row-level security: WHERE tenant_id = ? is the only defence, and one query forgot it");
        Visit before;
        BillingDatabase database = stage.emptyDatabase();
        try (BillingProcess application = stage.startBeforeRowLevelSecurity(database)) {
            before = Visit.play(application, database);
        }
        before.print(screen);
        for (Answer answer : reads(before)) {
            boolean forgotten = answer.request() == Request.OPEN_ITEMS;
            Sight sight = before.rows().sight(answer);
            if (forgotten) {
                verdict.point(
                        sight == Sight.FOREIGN,
                        answer.line() + " shows " + answer.tenant() + " what belongs to the other tenant",
                        sight);
            } else if (sight != Sight.OWN) {
                verdict.problem(answer.line() + " as " + answer.tenant() + " shows " + sight);
            }
        }
        verdict.point(
                before.settled() && before.job().equals("Overdue run finished: 2 invoices"),
                "the webhook works, and the job finds the overdue invoices of both tenants",
                before.answer(Request.PAYMENT) + ", " + before.job());

        screen.scene("row-level security is switched on, with FORCE, and nobody sets app.tenant_id");
        Visit after = stage.withoutAgent();
        after.print(screen);
        verdict.point(
                reads(after).stream()
                        .filter(a -> a.request() != Request.FOREIGN_INVOICE)
                        .allMatch(a -> after.rows().sight(a) == Sight.NOTHING),
                "no leak any more, and nobody sees anything at all",
                reads(after));
        verdict.point(
                after.answer(Request.CREATE).status() == 500,
                "writing fails",
                after.answer(Request.CREATE).status());
        verdict.point(
                after.answer(Request.PAYMENT).status() == 200 && !after.settled(),
                "the webhook answers 200 and drops the payment; nothing in the log says why",
                after.answer(Request.PAYMENT));
        verdict.point(
                after.job().equals("Overdue run finished: 0 invoices"),
                "the scheduled job reports success on nothing",
                after.job());

        List<Answer> answers = new ArrayList<>(before.answers());
        answers.addAll(after.answers());
        return new ActResult(1, answers, List.of(), List.of(), verdict.problems());
    }

    private ActResult audit() {
        screen.act("ACT 2  audit: one flag, nothing changes, the punch list writes itself");
        Verdict verdict = new Verdict(screen);
        Visit usual = stage.withoutAgent();

        screen.scene("the bare flag, no configuration");
        AgentLog bare = watch(List.of(), usual, verdict);
        screen.text(
                "Nobody has said where the tenant comes from, so this is every statement that row-level security hits:");
        punchList(bare, stage.source().reachedWithoutTenant(), verdict);

        screen.scene("the same, and told where the application keeps its tenant");
        AgentLog told = watch(AUDIT_WITH_SOURCE, usual, verdict);
        screen.text("What is left has no tenant even so:");
        punchList(told, stage.source().outsideRequests(), verdict);

        List<Violation> violations = new ArrayList<>(bare.violations());
        violations.addAll(told.violations());
        return new ActResult(2, usual.answers(), violations, List.of(), verdict.problems());
    }

    /** Plays the visit in audit mode and checks that it is the same as without the agent. */
    private AgentLog watch(List<String> configuration, Visit usual, Verdict verdict) {
        Visit visit;
        BillingProcess application = stage.startWithAgent(stage.migratedDatabase(), configuration);
        try (application) {
            visit = Visit.play(application, stage.migratedDatabase());
        }
        AgentLog log = new AgentLog(application.output());
        log.cover().forEach(screen::log);
        verdict.point(
                !log.cover().isEmpty(), "the agent says what it covers", "no COVER line for the application's role");
        verdict.point(
                visit.answers().equals(usual.answers())
                        && visit.job().equals(usual.job())
                        && visit.reminder().equals(usual.reminder()),
                visit.answers().size() + " requests, the job and the reminder: as without the agent",
                difference(usual.answers(), visit.answers()) + ", " + visit.job() + ", " + visit.reminder());
        verdict.point(log.refusals().isEmpty(), "nothing was refused", log.refusals());
        return log;
    }

    private static List<Answer> difference(List<Answer> usual, List<Answer> now) {
        List<Answer> different = new ArrayList<>(now);
        different.removeAll(usual);
        return different;
    }

    private void punchList(AgentLog log, List<Site> expected, Verdict verdict) {
        log.unscopedQueries().forEach(screen::punch);
        Map<String, Set<String>> listed = new TreeMap<>();
        for (Violation v : log.unscopedQueries()) {
            listed.computeIfAbsent(v.place(), place -> new TreeSet<>()).addAll(v.tables());
        }
        Map<String, Set<String>> real = new TreeMap<>();
        expected.forEach(site -> real.put(site.place(), site.tables()));
        if (listed.equals(real)) {
            verdict.point(true, "the true files, lines and tables, all " + real.size() + " and nothing else", null);
        } else {
            Map<String, Set<String>> missing = new TreeMap<>(real);
            missing.entrySet().removeAll(listed.entrySet());
            Map<String, Set<String>> wrong = new TreeMap<>(listed);
            wrong.entrySet().removeAll(real.entrySet());
            verdict.problem("the punch list misses " + missing + " and has, wrongly, " + wrong);
        }
        List<String> wordless = log.unscopedQueries().stream()
                .filter(v -> v.sql().isBlank() || v.operation().isBlank() || v.id().isBlank())
                .map(Violation::place)
                .toList();
        if (!wordless.isEmpty()) {
            verdict.problem("entries without SQL, operation or id: " + wordless);
        }
        verdict.point(log.otherKinds().isEmpty(), "and no other complaint", log.otherKinds());
    }

    private ActResult inject() {
        screen.act("ACT 3  inject: each tenant sees its own rows, without a line of code changed");
        Verdict verdict = new Verdict(screen);
        BillingDatabase database = stage.migratedDatabase();
        Visit visit;
        BillingProcess application = stage.startWithAgent(database, INJECT);
        try (application) {
            visit = Visit.play(application, database);
        }
        AgentLog log = new AgentLog(application.output());
        visit.print(screen);
        log.cover().forEach(screen::log);
        showErrors(application);
        eachSeesItsOwn(visit, verdict);
        reminded(visit, verdict);
        verdict.point(log.refusals().isEmpty(), "nothing was refused", log.refusals());
        verdict.point(log.otherKinds().isEmpty(), "no violation but unscoped queries", log.otherKinds());
        screen.text("Still without a tenant, still reported:");
        punchList(log, stage.source().outsideRequests(), verdict);
        return new ActResult(3, visit.answers(), log.violations(), log.refusals(), verdict.problems());
    }

    /** Why requests failed, when some did. */
    private void showErrors(BillingProcess application) {
        application.output().stream()
                .filter(line -> line.contains("threw exception [") || line.startsWith("Caused by:"))
                .distinct()
                .limit(10)
                .forEach(screen::log);
    }

    private static void eachSeesItsOwn(Visit visit, Verdict verdict) {
        Rows rows = visit.rows();
        Set<String> foreign = new TreeSet<>();
        visit.answers().forEach(answer -> foreign.addAll(rows.foreign(answer)));
        verdict.point(foreign.isEmpty(), "no row of another tenant in any answer", foreign);
        List<String> wrong = reads(visit).stream()
                .filter(answer -> rows.sight(answer) != Sight.OWN)
                .map(answer -> answer.line() + " as " + answer.tenant() + ": " + rows.sight(answer))
                .toList();
        verdict.point(
                wrong.isEmpty(), "each tenant sees all of its own rows, through the query without WHERE too", wrong);
        verdict.point(
                visit.answer(Request.CREATE).status() == 201 && rows.statuses().containsKey(Visit.NEW_INVOICE),
                "writing works",
                visit.answer(Request.CREATE));
    }

    private ActResult enforce() {
        screen.act("ACT 4  enforce: no tenant, no query");
        Verdict verdict = new Verdict(screen);
        screen.text(
                "An empty database: the application migrates it at start, which is an allowed bypass with a reason.");
        BillingDatabase database = stage.emptyDatabase();
        Visit visit;
        BillingProcess application = stage.startWithAgent(database, ENFORCE);
        try (application) {
            visit = Visit.play(application, database);
        }
        AgentLog log = new AgentLog(application.output());
        visit.print(screen);
        log.cover().forEach(screen::log);
        log.bypasses().forEach(screen::log);

        verdict.point(
                database.schemaVersion().equals("4"), "the application migrated and started", database.schemaVersion());
        List<String> mixed = visit.rows().customers().stream()
                .map(Customer::email)
                .filter(email -> !email.equals(email.toLowerCase(Locale.ROOT)))
                .toList();
        verdict.point(mixed.isEmpty(), "the data migration reached the rows of all tenants", mixed);
        showErrors(application);
        eachSeesItsOwn(visit, verdict);
        reminded(visit, verdict);
        payment(visit, database, verdict);

        screen.text("What the engineer on call finds in the log:");
        log.refusals().forEach(screen::log);
        Site job = stage.source().site(BillingSource.OVERDUE_JOB);
        verdict.point(!visit.jobFinished(), "the scheduled job was stopped instead of reporting success", visit.job());
        List<String> ofJob = log.refusals().stream()
                .filter(line -> line.contains(job.place()))
                .toList();
        verdict.point(
                !ofJob.isEmpty()
                        && ofJob.stream()
                                .allMatch(line -> line.contains("public.invoices") && line.contains("warden.")),
                "the refusal names " + job.place() + ", the table and the configuration that would allow it",
                log.refusals());
        Set<String> others = AgentLog.places(log.refusals());
        others.remove(job.place());
        verdict.point(others.isEmpty(), "no request was refused", others);
        verdict.point(log.otherKinds().isEmpty(), "no violation but unscoped queries", log.otherKinds());
        List<Answer> answers = new ArrayList<>(visit.answers());
        answers.addAll(withTheFileOfInit(database, verdict));
        return new ActResult(4, answers, log.violations(), log.refusals(), verdict.problems());
    }

    /** The last hole is closed by a line of configuration, and none of code: init finds it, and all the others. */
    private List<Answer> withTheFileOfInit(BillingDatabase migrated, Verdict verdict) {
        screen.scene("init reads catalog and classes and writes all of it, the job's method as a scope too");
        List<String> lines = stage.init(migrated);
        verdict.point(
                lines.contains(
                        "warden.scope.overdue-invoices-job=com.acme.billing.invoice.OverdueInvoicesJob#report(0)"),
                "the job's method is found: its first argument is the tenant that it works for",
                lines);
        List<String> filled = lines.stream()
                .map(line -> line.matches("warden\\.bypass\\..*\\.reason=") ? line + REASON : line)
                .toList();
        BillingDatabase database = stage.emptyDatabase();
        Visit visit;
        BillingProcess application = stage.startWithAgent(database, filled, List.of("warden.mode=enforce"));
        try (application) {
            visit = Visit.play(application, database);
        }
        AgentLog log = new AgentLog(application.output());
        screen.text("scheduled job: " + visit.job());
        Map<String, Set<String>> overdue = Visit.overdue(application.output());
        overdue.forEach((tenant, numbers) -> screen.text("  " + tenant + ": " + String.join(", ", numbers)));
        log.bypasses().forEach(screen::log);
        showErrors(application);
        verdict.point(
                visit.job().equals("Overdue run finished: 2 invoices")
                        && overdue.equals(visit.rows().overdue()),
                "the job runs as each tenant in turn and finds the overdue invoices of both",
                visit.job() + " " + overdue);
        eachSeesItsOwn(visit, verdict);
        reminded(visit, verdict);
        payment(visit, database, verdict);
        verdict.point(log.refusals().isEmpty(), "nothing is refused any more", log.refusals());
        verdict.point(log.violations().isEmpty(), "and nothing is left on the punch list", log.violations());
        return visit.answers();
    }

    private static void reminded(Visit visit, Verdict verdict) {
        verdict.point(
                visit.reminder().startsWith("Reminder sent"),
                "the reminder is sent in the background, as the tenant of the request",
                visit.reminder());
    }

    private static void payment(Visit visit, BillingDatabase database, Verdict verdict) {
        verdict.point(
                visit.settled(),
                "the webhook finds its customer through its bypass, and then works as that tenant",
                visit.answer(Request.PAYMENT));
        Map<String, String> expected = visit.rows().statuses();
        expected.put(Visit.PAID_INVOICE, "PAID");
        Map<String, String> statuses = database.rows().statuses();
        verdict.point(statuses.equals(expected), "that one invoice is paid and no other", statuses);
    }

    private static List<Answer> reads(Visit visit) {
        return visit.answers().stream().filter(a -> a.request().reads()).toList();
    }
}
