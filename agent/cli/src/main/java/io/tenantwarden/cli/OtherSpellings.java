package io.tenantwarden.cli;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The ways in which the id of a tenant may be written in the database, when it is not found as it was given. */
final class OtherSpellings {

    private OtherSpellings() {}

    /** Without blanks, in other letters, without leading zeros, hyphens or quotes; never as it is, each once. */
    static Set<String> of(String tenant) {
        Set<String> spellings = new LinkedHashSet<>(List.of(
                tenant.strip(),
                tenant.toLowerCase(Locale.ROOT),
                tenant.toUpperCase(Locale.ROOT),
                tenant.strip().toLowerCase(Locale.ROOT),
                tenant.replaceFirst("^0+(?=.)", ""),
                tenant.replace("-", "").toLowerCase(Locale.ROOT),
                tenant.replaceAll("^[{\"']|[}\"']$", "")));
        spellings.remove(tenant);
        return spellings;
    }
}
