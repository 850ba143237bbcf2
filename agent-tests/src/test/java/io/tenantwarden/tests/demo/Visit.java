package io.tenantwarden.tests.demo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The same round of real requests in every act: both tenants read everything there is, one writes, one asks for a
 * reminder, the payment provider calls, and the scheduled job runs.
 */
final class Visit {

    static final List<String> TENANTS = List.of("harbour", "hilltop");
    static final String NEW_INVOICE = "HB-1009";
    static final String PAID_INVOICE = "HT-2001";

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Pattern JOB =
            Pattern.compile("Overdue run finished: .*|Unexpected error occurred in scheduled task.*");
    private static final Pattern OVERDUE = Pattern.compile("Overdue at (\\w+): (.+)");
    private static final Pattern REMINDER =
            Pattern.compile("Reminder (?:sent|not sent).*|Unexpected exception occurred invoking async method.*");

    private final List<Answer> answers = new ArrayList<>();
    private final Rows rows;
    private final String job;
    private final String reminder;

    private Visit(BillingProcess application, BillingDatabase database) {
        long customer = database.rows().firstCustomer("harbour").id();
        answers.add(application.send(
                Request.CREATE,
                "harbour",
                "POST",
                "/invoices",
                "{\"customerId\":" + customer + ",\"number\":\"" + NEW_INVOICE
                        + "\",\"amountCents\":7700,\"dueOn\":\"2099-01-31\"}"));
        rows = database.rows();
        for (String tenant : TENANTS) {
            read(application, tenant);
        }
        answers.add(application.send(
                Request.REMINDER, "harbour", "POST", "/invoices/" + rows.anInvoice("harbour") + "/reminders", null));
        reminder = application.await(REMINDER, LIMIT).group();
        job = application.await(JOB, LIMIT).group();
        answers.add(application.send(
                Request.PAYMENT,
                null,
                "POST",
                "/webhooks/payment",
                "{\"reference\":\"RF-HT-0001\",\"invoiceNumber\":\"" + PAID_INVOICE + "\",\"amountCents\":45000}"));
    }

    static Visit play(BillingProcess application, BillingDatabase database) {
        return new Visit(application, database);
    }

    private void read(BillingProcess application, String tenant) {
        String other = TENANTS.get(1 - TENANTS.indexOf(tenant));
        long customer = rows.firstCustomer(tenant).id();
        get(application, Request.CUSTOMERS, tenant, "/customers");
        get(application, Request.BALANCE, tenant, "/customers/" + customer + "/balance");
        get(application, Request.INVOICES, tenant, "/invoices");
        get(application, Request.OWN_INVOICE, tenant, "/invoices/" + rows.anInvoice(tenant));
        get(application, Request.FOREIGN_INVOICE, tenant, "/invoices/" + rows.anInvoice(other));
        get(application, Request.OPEN_ITEMS, tenant, "/reports/open-items");
        get(application, Request.TURNOVER, tenant, "/reports/turnover");
    }

    private void get(BillingProcess application, Request request, String tenant, String path) {
        answers.add(application.send(request, tenant, "GET", path, null));
    }

    List<Answer> answers() {
        return List.copyOf(answers);
    }

    Answer answer(Request request) {
        return answers.stream().filter(a -> a.request() == request).findFirst().orElseThrow();
    }

    /** What was in the tables when the tenants read. */
    Rows rows() {
        return rows;
    }

    /** The line that the scheduled job wrote at its end. */
    String job() {
        return job;
    }

    /** What the scheduled job wrote of each tenant: the numbers of its overdue invoices. */
    static Map<String, Set<String>> overdue(List<String> output) {
        Map<String, Set<String>> overdue = new TreeMap<>();
        for (String line : output) {
            Matcher found = OVERDUE.matcher(line);
            if (found.find()) {
                overdue.put(found.group(1), new TreeSet<>(List.of(found.group(2).split(", "))));
            }
        }
        return overdue;
    }

    /** The line that the reminder in the background wrote. */
    String reminder() {
        return reminder;
    }

    /** Whether the scheduled job came to its end, whatever it found. */
    boolean jobFinished() {
        return job.startsWith("Overdue run finished");
    }

    /** Prints every request, its answer and what it means. */
    void print(Screen screen) {
        for (Answer answer : answers) {
            switch (answer.request()) {
                case CREATE ->
                    screen.answer(
                            answer,
                            answer.status() == 201 ? NEW_INVOICE : "",
                            answer.status() == 201 ? "created" : "row not let in: nobody is the tenant",
                            answer.status() != 201);
                case REMINDER ->
                    screen.answer(answer, "", "in the background: " + reminder, !reminder.startsWith("Reminder sent"));
                case PAYMENT ->
                    screen.answer(
                            answer,
                            answer.body(),
                            settled()
                                    ? "customer found, invoice paid"
                                    : "200, so the provider will not call again: the payment is lost",
                            !settled());
                default -> printRead(screen, answer);
            }
        }
        screen.text("scheduled job: " + job);
    }

    private void printRead(Screen screen, Answer answer) {
        String shown = String.join(", ", answer.shown());
        String meaning = switch (rows.sight(answer)) {
            case OWN ->
                answer.request() == Request.FOREIGN_INVOICE
                        ? "not its invoice, not found"
                        : "its own, all of it, nothing else";
            case NOTHING -> "sees nothing, though it has rows";
            case FOREIGN -> "LEAK: of another tenant: " + String.join(", ", rows.foreign(answer));
            case INCOMPLETE -> "some of its own rows are missing";
            case FAILED -> "failed";
        };
        screen.answer(answer, shown.isEmpty() ? "-" : shown, meaning, rows.sight(answer) != Rows.Sight.OWN);
    }

    /** Whether the payment provider's call found its customer and the invoice. */
    boolean settled() {
        return answer(Request.PAYMENT).body().contains("\"settled\"");
    }
}
