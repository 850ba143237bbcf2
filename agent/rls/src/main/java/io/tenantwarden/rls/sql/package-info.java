/**
 * What SQL says: tokens, statements, the tables and settings that they name, their class. No connection, no catalog, and no other package of
 * the project may enter.
 */
package io.tenantwarden.rls.sql;
