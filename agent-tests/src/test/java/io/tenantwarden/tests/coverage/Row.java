package io.tenantwarden.tests.coverage;

import java.util.List;

/**
 * One line of the page of what is covered.
 *
 * @param source as in {@code warden.tenant}, or the key that enters the scope
 * @param where the construct of the library
 * @param library its name and version
 * @param tests tests of the scenario that show it
 */
public record Row(String source, String where, String library, List<String> tests) {}
