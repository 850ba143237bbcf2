/** Whether the rows of a result are the tenant's: which columns hold tenants, what is in them, and whose rows policies show to everybody. */
package io.tenantwarden.engine.rows;
