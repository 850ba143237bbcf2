/**
 * Everything Warden decides. Each package has one reason to change:
 * {@code config} keys and their layers, {@code tenant} where the tenant comes from, {@code session} what holds on one
 * physical connection, {@code inject} how a value gets on the wire, {@code policy} allow, report or refuse,
 * {@code report} what is told to whom.
 */
package io.tenantwarden.engine;
