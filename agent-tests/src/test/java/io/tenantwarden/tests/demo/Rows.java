package io.tenantwarden.tests.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What really is in the tables, read as superuser: the truth that answers are compared with. */
final class Rows {

    /** What an answer shows its tenant. */
    enum Sight {
        /** its own rows, all of them and no other */
        OWN,
        NOTHING,
        /** rows of another tenant */
        FOREIGN,
        /** some of its own rows */
        INCOMPLETE,
        /** an error instead of an answer */
        FAILED
    }

    record Customer(long id, String tenant, String name, String email, String reference) {}

    /** @param overdue open, and due before today */
    record Invoice(String tenant, long customer, String number, long amountCents, String status, boolean overdue) {}

    private final List<Customer> customers;
    private final List<Invoice> invoices;

    Rows(List<Customer> customers, List<Invoice> invoices) {
        this.customers = List.copyOf(customers);
        this.invoices = List.copyOf(invoices);
    }

    List<Customer> customers() {
        return customers;
    }

    /** Status of each invoice by its number. */
    Map<String, String> statuses() {
        Map<String, String> statuses = new TreeMap<>();
        invoices.forEach(i -> statuses.put(i.number(), i.status()));
        return statuses;
    }

    /** Numbers of the overdue invoices by tenant. */
    Map<String, Set<String>> overdue() {
        Map<String, Set<String>> overdue = new TreeMap<>();
        invoices.stream()
                .filter(Invoice::overdue)
                .forEach(i -> overdue.computeIfAbsent(i.tenant(), tenant -> new TreeSet<>())
                        .add(i.number()));
        return overdue;
    }

    Customer firstCustomer(String tenant) {
        return customers.stream()
                .filter(c -> c.tenant().equals(tenant))
                .findFirst()
                .orElseThrow(() -> new DemoFailure("the database has no customer of " + tenant));
    }

    Sight sight(Answer answer) {
        Set<String> shown = answer.shown();
        if (!foreign(answer).isEmpty()) {
            return Sight.FOREIGN;
        }
        if (answer.status() >= 500) {
            return Sight.FAILED;
        }
        Set<String> expected = expected(answer.request(), answer.tenant());
        if (shown.equals(expected)) {
            return Sight.OWN;
        }
        return shown.isEmpty() ? Sight.NOTHING : Sight.INCOMPLETE;
    }

    /** What of another tenant stands in the answer. */
    Set<String> foreign(Answer answer) {
        Set<String> found = new TreeSet<>();
        if (!answer.request().reads()) {
            return found;
        }
        List<String> words = new ArrayList<>();
        for (Customer c : customers) {
            if (!c.tenant().equals(answer.tenant())) {
                words.addAll(List.of(c.name(), c.email(), c.reference()));
            }
        }
        for (Invoice i : invoices) {
            if (!i.tenant().equals(answer.tenant())) {
                words.add(i.number());
            }
        }
        for (String word : words) {
            if (answer.body().contains('"' + word + '"')) {
                found.add(word);
            }
        }
        if (answer.request() == Request.TURNOVER) {
            found.addAll(answer.shown());
            found.removeAll(expected(Request.TURNOVER, answer.tenant()));
        }
        return found;
    }

    private Set<String> expected(Request request, String tenant) {
        Set<String> expected = new TreeSet<>();
        switch (request) {
            case CUSTOMERS ->
                customers.stream().filter(c -> c.tenant().equals(tenant)).forEach(c -> expected.add(c.name()));
            case BALANCE -> {
                Customer customer = firstCustomer(tenant);
                expected.add(customer.name());
                expected.add(String.valueOf(invoices.stream()
                        .filter(i -> i.customer() == customer.id() && i.status().equals("OPEN"))
                        .mapToLong(Invoice::amountCents)
                        .sum()));
            }
            case INVOICES ->
                invoices.stream().filter(i -> i.tenant().equals(tenant)).forEach(i -> expected.add(i.number()));
            case OPEN_ITEMS ->
                invoices.stream()
                        .filter(i -> i.tenant().equals(tenant) && i.status().equals("OPEN"))
                        .forEach(i -> expected.add(i.number()));
            case OWN_INVOICE -> expected.add(anInvoice(tenant));
            case TURNOVER ->
                expected.add(String.valueOf(invoices.stream()
                        .filter(i -> i.tenant().equals(tenant))
                        .mapToLong(Invoice::amountCents)
                        .sum()));
            default -> {}
        }
        return expected;
    }

    /** The first open invoice of this tenant. */
    String anInvoice(String tenant) {
        return invoices.stream()
                .filter(i -> i.tenant().equals(tenant) && i.status().equals("OPEN"))
                .map(Invoice::number)
                .findFirst()
                .orElseThrow(() -> new DemoFailure("the database has no open invoice of " + tenant));
    }
}
