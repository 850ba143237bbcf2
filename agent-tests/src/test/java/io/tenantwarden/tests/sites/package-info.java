/**
 * An application as any other, which reads and writes in all the ways that frameworks offer and knows nothing of the agent. A line that ends with
 * {@code // site} is one that has to be named as the site of what it does; {@code SitesTest} reads them from these sources.
 */
package io.tenantwarden.tests.sites;
