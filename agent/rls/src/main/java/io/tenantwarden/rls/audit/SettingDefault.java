package io.tenantwarden.rls.audit;

/**
 * What a session starts with because of ALTER ROLE or ALTER DATABASE ... SET. Immutable.
 *
 * @param role the role it is set for; null when for all
 * @param database the database it is set for; null when for all
 * @param name of the setting
 * @param value of the setting
 */
record SettingDefault(String role, String database, String name, String value) {}
