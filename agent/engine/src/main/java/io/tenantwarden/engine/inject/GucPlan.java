package io.tenantwarden.engine.inject;

import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.rls.sql.SettingChange;
import io.tenantwarden.rls.sql.SqlStatement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which GUCs are sent, and which value each has in each scope. Immutable, thread-safe.
 *
 * <p>Every GUC that any of the three settings names is sent in every injection: a value that a scope does not name gets
 * its none-value, so that nothing of the scope before stays behind.
 *
 * <p>{@code application_name} is sent with them and is no setting that a policy reads: what the application does with it is no tampering, and names no
 * tenant. Its none-value is the one that the connection began with.
 */
public final class GucPlan {

    /** A value that may depend on the tenant and on what the application knows at this moment. */
    public interface Value {
        /**
         * @param tenant the tenant id; null outside a tenant scope
         * @return the value, null for none
         */
        String of(String tenant);

        /** Whether the value depends on nothing but the tenant. */
        boolean isFixed();

        /** Whether the tenant is in it: a constant that opens or closes something is no tenant. */
        boolean holdsTenant();
    }

    private static final String APPLICATION_NAME = "application_name";

    /** Where the name is kept that the application gave the connection: the driver may have set it after the start, so that RESET does not know it. */
    private static final String OWN_NAME = "pg_catalog.current_setting('tenantwarden.application_name', true)";

    private static final String ROLE_LOCAL = "pg_catalog.set_config('role', ?, true)";

    private final String[] names;
    private final List<String> lowerCaseNames;
    private final List<String> guarded;
    private final Value[] inTenant;
    private final Value[] inBypass;
    private final String[] inNone;
    private final boolean fixed;
    private final boolean sentForNone;
    private final boolean openedByBypass;
    private final boolean heldForSession;
    private final String sql;
    private final String sessionSql;
    private final String role;
    private final String sqlWithRole;
    private final Assignment none;
    private final Assignment application;

    private GucPlan(
            String[] names,
            Value[] inTenant,
            Value[] inBypass,
            String[] inNone,
            boolean sentForNone,
            boolean openedByBypass,
            boolean heldForSession,
            String role) {
        this.heldForSession = heldForSession;
        this.names = names;
        this.lowerCaseNames =
                Arrays.stream(names).map(name -> name.toLowerCase(Locale.ROOT)).toList();
        this.guarded =
                lowerCaseNames.stream().filter(name -> !isApplicationName(name)).toList();
        this.inTenant = inTenant;
        this.inBypass = inBypass;
        this.inNone = inNone;
        this.sentForNone = sentForNone;
        this.openedByBypass = openedByBypass;
        this.fixed = allFixed(inTenant) && allFixed(inBypass);
        this.sql = sql(names, true);
        this.sessionSql = sql(names, false);
        this.role = role;
        this.sqlWithRole = sql + " or " + ROLE_LOCAL + " is null";
        this.none = new Assignment(Scope.NONE, inNone, role);
        this.application = new Assignment(Scope.NONE, null, role);
    }

    /**
     * @param tenant {@code warden.guc}
     * @param bypass {@code warden.guc.bypass}
     * @param none {@code warden.guc.none}; a GUC that it does not name is set to the empty string, which is what
     *     PostgreSQL itself leaves after a local setting
     */
    public static GucPlan of(Map<String, Value> tenant, Map<String, Value> bypass, Map<String, Value> none) {
        // PostgreSQL ignores the case of names: two spellings are one GUC, and the later of two calls would win
        Map<String, Value> inTenantByName = ignoringCase(tenant);
        Map<String, Value> inBypassByName = ignoringCase(bypass);
        Map<String, Value> inNoneByName = ignoringCase(none);
        Set<String> all = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        List<String> ordered = new ArrayList<>();
        for (Map<String, Value> some : List.of(tenant, bypass, none)) {
            for (String name : some.keySet()) {
                if (all.add(name)) {
                    ordered.add(name);
                }
            }
        }
        String[] names = ordered.toArray(new String[0]);
        Value[] inTenant = new Value[names.length];
        Value[] inBypass = new Value[names.length];
        String[] inNone = new String[names.length];
        for (int i = 0; i < names.length; i++) {
            Value noneValue = inNoneByName.get(names[i]);
            inNone[i] = noneValue == null ? "" : orEmpty(noneValue.of(null));
            inTenant[i] = inTenantByName.get(names[i]);
            inBypass[i] = inBypassByName.get(names[i]);
        }
        return new GucPlan(names, inTenant, inBypass, inNone, !none.isEmpty(), opens(bypass), false, null);
    }

    private static boolean opens(Map<String, Value> bypass) {
        return !bypass.keySet().stream().allMatch(GucPlan::isApplicationName);
    }

    /** The same, for {@code warden.hold}: whether values may stand for the session, where the connection allows it. */
    public GucPlan heldForSession(boolean held) {
        return new GucPlan(names, inTenant, inBypass, inNone, sentForNone, openedByBypass, held, role);
    }

    /** See {@link #heldForSession(boolean)}. */
    public boolean isHeldForSession() {
        return heldForSession;
    }

    /** The same, and every scope but a bypass runs as this role. */
    public GucPlan withRole(String as) {
        return new GucPlan(names, inTenant, inBypass, inNone, sentForNone, openedByBypass, heldForSession, as);
    }

    /** The role that every scope but a bypass runs as ({@code warden.role}); null when all run as the role of the login. */
    public String role() {
        return role;
    }

    /** As {@link #sql()}, with one parameter more at the end, the role. */
    String sqlWithRole() {
        return sqlWithRole;
    }

    /** The statement that sets the role alone for the current transaction; its parameter is the role. */
    static String roleSql() {
        return "/* tenant-warden */ select where " + ROLE_LOCAL + " is null";
    }

    /** Sets the role alone for the session, and gives the one that was set before. */
    static String roleSessionSql() {
        return "/* tenant-warden */ select pg_catalog.current_setting('role'), pg_catalog.set_config('role', ?, false)";
    }

    /** Whether the statement changes the role that holds, or may; never where {@link #role} says nothing. */
    boolean changesRole(SqlStatement statement) {
        if (role == null) {
            return false;
        }
        List<SettingChange> changes = statement.settings();
        for (int i = 0; i < changes.size(); i++) {
            if (changes.get(i).mayChangeRole()) {
                return true;
            }
        }
        return false;
    }

    private static Map<String, Value> ignoringCase(Map<String, Value> values) {
        Map<String, Value> same = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        same.putAll(values);
        return same;
    }

    private static boolean allFixed(Value[] values) {
        return Arrays.stream(values).allMatch(value -> value == null || value.isFixed());
    }

    private static String orEmpty(String value) {
        return value == null ? "" : value;
    }

    /**
     * No row and no column reach the driver: "SELECT 0". {@code pg_catalog} is named, because a
     * search_path may put another set_config before it.
     */
    private static String sql(String[] names, boolean local) {
        List<String> calls = new ArrayList<>(names.length);
        for (int i = 0; i < names.length; i++) {
            calls.add(
                    isApplicationName(names[i])
                            ? setsApplicationName(local)
                            : "pg_catalog.set_config('" + names[i].replace("'", "''") + "', ?, " + local + ") is null");
        }
        // OR, not AND: set_config never returns null, so that every operand is evaluated.
        return "/* tenant-warden */ select where " + String.join(" or ", calls);
    }

    /** Keeps the application's own name first, unless it is kept already; it comes back where the parameter is empty. */
    private static String setsApplicationName(boolean local) {
        return "case when pg_catalog.set_config('tenantwarden.application_name', coalesce(nullif(" + OWN_NAME
                + ", ''), pg_catalog.current_setting('application_name')), " + local + ") is null then true"
                + " else pg_catalog.set_config('application_name', coalesce(nullif(?, ''), " + OWN_NAME + "), " + local
                + ") is null end";
    }

    /** Gives the connection its own name back, where it has been kept for the session. */
    static String resetsApplicationName() {
        return "select pg_catalog.set_config('application_name', coalesce(nullif(" + OWN_NAME
                + ", ''), pg_catalog.current_setting('application_name')), false),"
                + " pg_catalog.set_config('tenantwarden.application_name', '', false)";
    }

    static boolean isApplicationName(String name) {
        return name.equalsIgnoreCase(APPLICATION_NAME);
    }

    /** The statement that sets all of them for the current transaction, with one JDBC parameter for each name. */
    public String sql() {
        return sql;
    }

    /** The same for the session instead of the transaction. */
    public String sessionSql() {
        return sessionSql;
    }

    /** The names, in the order of the parameters. */
    public List<String> names() {
        return List.of(names);
    }

    /** Those that policies may read, as they are spelled in the configuration. */
    public List<String> policyNames() {
        return Arrays.stream(names).filter(name -> !isApplicationName(name)).toList();
    }

    /** Those that policies may read, in lower case: PostgreSQL compares the names of settings without regard to case. */
    public List<String> lowerCaseNames() {
        return guarded;
    }

    /** What a GUC, by its name in lower case, has in an assignment. */
    public String value(Assignment assignment, String lowerCaseName) {
        return assignment.values()[lowerCaseNames.indexOf(lowerCaseName)];
    }

    /** What the parameters of {@link #sql} are in an assignment, in their order. */
    public List<String> parameters(Assignment assignment) {
        return List.of(assignment.values());
    }

    /** The values outside every scope. */
    public Assignment none() {
        return none;
    }

    /** Stands for whatever the application set itself: never sent, and told apart from every other. */
    public Assignment application() {
        return application;
    }

    /** The GUCs that a tenant scope sets, each followed by its value outside every scope. */
    public List<String> tenantSettings() {
        List<String> settings = new ArrayList<>();
        for (int i = 0; i < names.length; i++) {
            if (inTenant[i] != null && guarded.contains(lowerCaseNames.get(i))) {
                settings.add(names[i]);
                settings.add(inNone[i]);
            }
        }
        return settings;
    }

    /** The GUCs whose value has the tenant in it, in lower case. */
    public List<String> tenantGucs() {
        List<String> gucs = new ArrayList<>();
        for (int i = 0; i < names.length; i++) {
            if (inTenant[i] != null && inTenant[i].holdsTenant()) {
                gucs.add(lowerCaseNames.get(i));
            }
        }
        return gucs;
    }

    /** Whether the statement sets one of the GUCs, or may. */
    boolean mayBeSetBy(SqlStatement statement) {
        return isSetBy(statement, false);
    }

    /** Whether the statement sets one of the GUCs by its name, or resets all. */
    boolean isSetBy(SqlStatement statement) {
        return isSetBy(statement, true);
    }

    private boolean isSetBy(SqlStatement statement, boolean certainly) {
        List<SettingChange> changes = statement.settings();
        for (int i = 0; i < changes.size(); i++) {
            for (int n = 0; n < guarded.size(); n++) {
                if (changes.get(i).mayChange(guarded.get(n))
                        && !(certainly && changes.get(i).isOnlyPossible())) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether unscoped statements are sent the none-values even when nothing was injected before. */
    public boolean isSentForNone() {
        return sentForNone;
    }

    /** Whether a GUC depends on the tenant or on what the application knows, by its name in lower case. */
    public boolean isComputed(String lowerCaseName) {
        int index = lowerCaseNames.indexOf(lowerCaseName);
        return index >= 0
                && inTenant[index] != null
                && (!inTenant[index].isFixed() || inTenant[index].of(null) == null);
    }

    /** Whether a bypass sets anything at all, so that a policy can see it. */
    public boolean isOpenedByBypass() {
        return openedByBypass;
    }

    /** Whether a bypass sets a GUC, by its name in lower case. */
    public boolean isSetInBypass(String lowerCaseName) {
        int index = lowerCaseNames.indexOf(lowerCaseName);
        return index >= 0 && inBypass[index] != null;
    }

    /**
     * The values of a scope.
     *
     * @param last the assignment of the statement before on this connection, returned again when it still fits so that
     *     nothing is allocated; may be null
     */
    public Assignment assignment(Scope scope, Assignment last) {
        if (scope.isNone()) {
            return none;
        }
        if (fixed && last != null && last.scope().equals(scope)) {
            return last;
        }
        Value[] source = scope.isTenant() ? inTenant : inBypass;
        String tenant = scope.isTenant() ? scope.value() : null;
        String[] values = new String[names.length];
        for (int i = 0; i < names.length; i++) {
            String value = source[i] == null ? null : source[i].of(tenant);
            values[i] = value == null ? inNone[i] : value;
        }
        if (last != null && last.scope().equals(scope) && Arrays.equals(last.values(), values)) {
            return last;
        }
        return new Assignment(scope, values, scope.isTenant() ? role : null);
    }
}
