/**
 * The classes on the boot class path: java.base only, no java.sql, no dependency, no logging. Instrumented code of every
 * class loader can see them, and nothing else of Warden.
 */
package io.tenantwarden.bootstrap;
