package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.sql.Identifiers;

/** SQL about ALTER ROLE and ALTER DATABASE ... SET. */
final class DefaultSettings {

    private DefaultSettings() {}

    /** Takes such a default away. */
    static String reset(SettingDefault s) {
        return where(s) + " RESET " + name(s.name()) + ";";
    }

    /** Who may: a role for itself, the owner of a database, but a superuser where the setting is none that PostgreSQL knows. */
    static String owner(AuditFacts facts, SettingDefault s) {
        if (s.name().indexOf('.') >= 0) {
            return Fix.SUPERUSER;
        }
        if (s.role() != null) {
            return s.role().equals(facts.role().currentUser()) ? s.role() : Fix.SUPERUSER;
        }
        return s.database() == null ? Fix.SUPERUSER : facts.databaseOwner();
    }

    /** {@code ALTER ROLE x IN DATABASE y}, or what there is of it. */
    static String where(SettingDefault s) {
        if (s.role() == null) {
            return s.database() == null ? "ALTER ROLE ALL" : "ALTER DATABASE " + Identifiers.quote(s.database());
        }
        return "ALTER ROLE " + Identifiers.quote(s.role())
                + (s.database() == null ? "" : " IN DATABASE " + Identifiers.quote(s.database()));
    }

    private static String name(String setting) {
        int dot = setting.indexOf('.');
        return dot < 0
                ? Identifiers.quote(setting)
                : Identifiers.quote(setting.substring(0, dot), setting.substring(dot + 1));
    }
}
