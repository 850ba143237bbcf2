package io.tenantwarden.tests.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The application's source: where it really reads and writes its tables. The lines are searched for, so that an edit of
 * the application moves what is expected with it, and a data access that is not known here is an error.
 */
final class BillingSource {

    /** Who is the tenant when the statement runs, with {@code TenantContext} as the tenant source. */
    enum Scope {
        /** the tenant of the request, also on the thread that it hands work to */
        REQUEST,
        /** nobody has said: a hole */
        NONE,
        /** the webhook's second step: it has a tenant, but is reached only when its look-up found somebody */
        AFTER_LOOKUP,
        /** the tables belong to no tenant */
        UNPROTECTED
    }

    /**
     * One line that runs a statement.
     *
     * @param file name of the source file
     * @param call its text up to where it is unique in the file
     * @param tables the tables with their schema that are protected, sorted
     */
    record DataAccess(String file, String call, Scope scope, Set<String> tables) {}

    /** A data access at its line. */
    record Site(String file, int line, Set<String> tables) {

        String place() {
            return file + ":" + line;
        }
    }

    static final DataAccess OVERDUE_JOB =
            access("OverdueInvoicesJob.java", "jdbc.queryForList(OVERDUE", Scope.NONE, "public.invoices");
    static final DataAccess REMINDER =
            access("ReminderService.java", "invoices.findByTenantIdAndNumber(", Scope.REQUEST, "public.invoices");
    static final DataAccess PAYER_LOOKUP =
            access("PaymentDirectory.java", "jdbc.query(BY_REFERENCE", Scope.NONE, "public.customers");

    private static final List<DataAccess> ALL = List.of(
            access(
                    "CustomerController.java",
                    "customers.findByTenantIdOrderByName(",
                    Scope.REQUEST,
                    "public.customers"),
            access(
                    "CustomerController.java",
                    "jdbc.query(BALANCE",
                    Scope.REQUEST,
                    "public.customers",
                    "public.invoices"),
            access("InvoiceController.java", "invoices.findByTenantIdOrderByNumber(", Scope.REQUEST, "public.invoices"),
            access("InvoiceController.java", "invoices.findByTenantIdAndNumber(", Scope.REQUEST, "public.invoices"),
            access("InvoiceController.java", "invoices.save(", Scope.REQUEST, "public.invoices"),
            access(
                    "ReportController.java",
                    "jdbc.query(OPEN_ITEMS",
                    Scope.REQUEST,
                    "public.customers",
                    "public.invoices"),
            access("ReportController.java", "jdbc.queryForObject(TURNOVER", Scope.REQUEST, "public.invoices"),
            OVERDUE_JOB,
            REMINDER,
            PAYER_LOOKUP,
            access("PaymentService.java", "jdbc.update(MARK_PAID", Scope.AFTER_LOOKUP, "public.invoices"),
            access("OverdueInvoicesJob.java", "jdbc.queryForList(TENANTS", Scope.UNPROTECTED));

    private static final Pattern CALL = Pattern.compile("\\b(?:jdbc|customers|invoices)\\.\\w+\\(");

    private final TreeMap<String, List<String>> files = new TreeMap<>();

    /** Reads the source files under this folder. */
    BillingSource(Path folder) {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : (Iterable<Path>) paths.filter(p -> p.toString().endsWith(".java"))::iterator) {
                files.put(path.getFileName().toString(), Files.readAllLines(path, StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            throw new DemoFailure("the application's source could not be read: " + e, e);
        }
        refuseUnknown();
    }

    private void refuseUnknown() {
        Set<String> known = new TreeSet<>();
        ALL.forEach(access -> known.add(site(access).place()));
        List<String> unknown = new ArrayList<>();
        files.forEach((file, lines) -> {
            for (int i = 0; i < lines.size(); i++) {
                Matcher call = CALL.matcher(lines.get(i));
                if (call.find() && !known.contains(file + ":" + (i + 1))) {
                    unknown.add(file + ":" + (i + 1) + " " + call.group());
                }
            }
        });
        if (!unknown.isEmpty()) {
            throw new DemoFailure("the application reads its tables at places that BillingSource does not list: "
                    + String.join(", ", unknown));
        }
    }

    /** Where this statement stands. */
    Site site(DataAccess access) {
        List<String> lines = files.getOrDefault(access.file(), List.of());
        List<Integer> found = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).contains(access.call())) {
                found.add(i + 1);
            }
        }
        if (found.size() != 1) {
            throw new DemoFailure(
                    "'" + access.call() + "' stands " + found.size() + " times in " + access.file() + ", not once");
        }
        return new Site(access.file(), found.get(0), access.tables());
    }

    /** Every statement on a protected table that runs when the policies hide all rows and nobody names a tenant. */
    List<Site> reachedWithoutTenant() {
        return sites(scope -> scope == Scope.REQUEST || scope == Scope.NONE);
    }

    /** Every statement on a protected table that no tenant of a request reaches. */
    List<Site> outsideRequests() {
        return sites(scope -> scope == Scope.NONE);
    }

    private List<Site> sites(Predicate<Scope> wanted) {
        return ALL.stream()
                .filter(access -> wanted.test(access.scope()))
                .map(this::site)
                .toList();
    }

    private static DataAccess access(String file, String call, Scope scope, String... tables) {
        return new DataAccess(file, call, scope, new TreeSet<>(List.of(tables)));
    }
}
