/** Which database clients of this JVM are covered, and what becomes of those that are not. */
package io.tenantwarden.engine.coverage;
