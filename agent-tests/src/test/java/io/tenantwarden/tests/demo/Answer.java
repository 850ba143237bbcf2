package io.tenantwarden.tests.demo;

import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One request to the application and what it answered.
 *
 * @param request which one
 * @param tenant the tenant in the header; null where the request carries none
 * @param line method and path, for people
 * @param status HTTP status
 * @param body without the time stamps of error answers, so that two runs can be compared
 */
record Answer(Request request, String tenant, String line, int status, String body) {

    private static final Pattern TIMESTAMP = Pattern.compile("\"timestamp\":\"[^\"]*\",?");

    Answer {
        body = TIMESTAMP.matcher(body).replaceAll("");
    }

    /** What the answer shows of the tables: names, numbers, sums; empty when it shows nothing. */
    Set<String> shown() {
        Set<String> shown = new TreeSet<>();
        if (status == 200) {
            switch (request) {
                case CUSTOMERS -> collect("name", shown);
                case BALANCE -> {
                    collect("name", shown);
                    collect("openCents", shown);
                }
                case INVOICES, OWN_INVOICE, FOREIGN_INVOICE, OPEN_ITEMS -> collect("number", shown);
                case TURNOVER -> {
                    collect("amountCents", shown);
                    shown.remove("0");
                }
                default -> {}
            }
        }
        return shown;
    }

    private void collect(String key, Set<String> into) {
        Matcher values =
                Pattern.compile("\"" + key + "\":(?:\"([^\"]*)\"|(\\d+))").matcher(body);
        while (values.find()) {
            into.add(values.group(1) != null ? values.group(1) : values.group(2));
        }
    }
}
