package io.tenantwarden.engine.session;

import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.engine.inject.InjectedRole;
import io.tenantwarden.rls.catalog.AssumedRole;
import io.tenantwarden.rls.catalog.Identity;
import io.tenantwarden.rls.catalog.RoleFacts;
import io.tenantwarden.rls.catalog.SearchPath;

/**
 * What the statements of one physical connection run as: the role that the driver connected as, the one that the application has set, and with {@code
 * warden.role} another one outside a bypass. Guarded by the lock of the session.
 */
public final class SessionRole {

    private final Execution execution;
    private final RelationNames names;
    private InjectedRole injected;
    private volatile Database database;
    private String login = "";
    private String own = "";
    private RoleFacts facts;
    private boolean known;
    private String searchPath = "";
    private boolean pathOfLogin;

    /**
     * @param execution says which scope the execution at hand runs in
     * @param names told where names are looked for
     */
    SessionRole(Execution execution, RelationNames names) {
        this.execution = execution;
        this.names = names;
    }

    /** The session takes part. */
    void open(Database of, String user) {
        login = user;
        own = user;
        database = of;
    }

    /** What sets the role from now on; null when nothing is sent. */
    void injected(InjectedRole sets) {
        injected = sets;
    }

    /** The server has said who the connection is and where it looks for names. */
    void identified(RoleFacts role, Identity identity) {
        // what a bypass runs as is the login, whichever role is set at this moment
        boolean isOfLogin =
                !isConfigured() || facts == null || role.currentUser().equals(login);
        if (isOfLogin) {
            own = role.currentUser();
            facts = role;
            known = true;
        }
        if (!isConfigured()) {
            names.path(identity.searchPath());
            return;
        }
        searchPath = identity.searchPathSetting();
        pathOfLogin = execution.scope().isBypass();
        names.path(SearchPath.of(searchPath, name()));
    }

    /** {@code "$user"} in the search path stands for another role in a bypass than elsewhere. */
    void follow(Scope scope) {
        if (scope.isBypass() != pathOfLogin && names.path() != null && searchPath.contains("$user") && isConfigured()) {
            pathOfLogin = scope.isBypass();
            names.path(SearchPath.of(searchPath, name()));
        }
    }

    /** Whether statements outside a bypass run as a role of their own ({@code warden.role}). */
    public boolean isConfigured() {
        return injected != null && injected.isConfigured();
    }

    private boolean isInjected() {
        return isConfigured() && !execution.scope().isBypass();
    }

    // ---- of the execution at hand

    /** The role whose rights hold, as far as known. */
    public String name() {
        return isInjected() ? injected.current() : own;
    }

    /** Of {@link #name}; null when unknown. */
    public RoleFacts facts() {
        if (!isInjected()) {
            return facts;
        }
        AssumedRole assumed = assumed();
        return assumed == null ? null : assumed.facts();
    }

    // ---- of statements as they usually are

    /** The role that statements of the application usually run as: the one of the configuration, else the connection's own. */
    public String usual() {
        return isConfigured() ? injected.current() : own;
    }

    /** Of {@link #usual}; where that is not known, of the connection's own; null when neither is. */
    public RoleFacts usualFacts() {
        AssumedRole assumed = assumed();
        return assumed == null || assumed.facts() == null ? facts : assumed.facts();
    }

    /** What is known of the role that statements outside a bypass run as; null where there is none, and where it could not be asked. */
    public AssumedRole assumed() {
        Database of = database;
        return isConfigured() && of != null ? of.assumedRole(login) : null;
    }

    // ---- of the connection

    /** The role that the driver connected as. */
    String login() {
        return login;
    }

    /** What is known of the connection's own role; null when unknown. */
    RoleFacts ownFacts() {
        return facts;
    }

    /** Application SQL is about to change the role, or may. */
    public void changes() {
        known = false;
    }

    /** Whether the role is known; it may still be the one of login. */
    public boolean isKnown() {
        return known;
    }

    /** Whether the role is, for certain, the one that the driver connected as. */
    public boolean isLogin() {
        return known && facts.currentUser().equals(facts.sessionUser());
    }
}
