package io.tenantwarden.tests.coverage;

import java.util.Set;

/**
 * A part of the agent that can be taken out of its jar.
 *
 * @param advice whether it changes classes; else it reads what somebody else put there
 * @param methods of the agent, {@code class#method}, that do nothing without it
 * @param tests tests of the scenario that must fail without it
 */
public record Switch(String name, boolean advice, Set<String> methods, Set<String> tests) {}
