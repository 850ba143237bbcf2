/** What the database says and what SQL says: catalog snapshot, statement classification, rules. Needs java.sql only. */
package io.tenantwarden.rls;
