package io.tenantwarden.rls.audit;

import java.util.List;
import java.util.stream.Stream;

/** All rules, by id. */
public final class Rules {

    /** Those that need nothing but the role and the catalog. */
    static final List<Rule> OF_THE_CATALOG = List.of(
            new SuperuserRole(),
            new BypassRlsRole(),
            new OwnerWithoutForce(),
            new TenantTableWithoutRls(),
            new RlsWithoutPolicy(),
            new PolicyWithoutRls());

    private static final List<Rule> OF_THE_FACTS = List.of(
            new ForceMissing(),
            new BypassBySetRole(),
            new PredefinedRole(),
            new RoleAttributes(),
            new CommandsWithoutPolicy(),
            new UsingAlwaysTrue(),
            new OpenBranch(),
            new TenantColumnNotCompared(),
            new CheckOpens(),
            new CheckMissing(),
            new OtherSetting(),
            new ConstantTenant(),
            new PermissiveBesidePermissive(),
            new SettingWithoutMissingOk(),
            new SettingWithoutNullif(),
            new SettingReadPerRow(),
            new ImmutableReadsSetting(),
            new VolatileInPolicy(),
            new TenantColumnNullable(),
            new NoTenantIndex(),
            new UniqueWithoutTenant(),
            new ForeignKeyWithoutTenant(),
            new ViewBypasses(),
            new SecurityDefinerFunction(),
            new UnsafeSearchPath(),
            new LeakproofFunction(),
            new MaterializedViewReadable(),
            new ForeignTableReadable(),
            new ChildWithoutRls(),
            new UnfilteredPrivileges(),
            new RowSecurityOff(),
            new TenantSettingDefault(),
            new ProtectedTablePublished(),
            new DefaultPrivilegesOpen());

    /** Every rule, in the order of the ids. */
    public static final List<Rule> ALL =
            Stream.concat(OF_THE_CATALOG.stream(), OF_THE_FACTS.stream()).toList();

    private Rules() {}

    /** The rule of this id; null when there is none. */
    public static Rule byId(String id) {
        for (Rule rule : ALL) {
            if (rule.id().equals(id)) {
                return rule;
            }
        }
        return null;
    }
}
