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

    private static final Rule TENANT_COLUMN = new TenantColumnUnknown();

    private static final PolicySetRule COMMANDS_WITHOUT_POLICY = new CommandsWithoutPolicy();
    private static final PolicySetRule USING_ALWAYS_TRUE = new UsingAlwaysTrue();
    private static final PolicySetRule OPEN_BRANCH = new OpenBranch();
    private static final PolicySetRule NOT_COMPARED = new TenantColumnNotCompared();
    private static final PolicySetRule CHECK_OPENS = new CheckOpens();
    private static final PolicySetRule CHECK_MISSING = new CheckMissing();
    private static final PolicySetRule OTHER_SETTING = new OtherSetting();
    private static final PolicySetRule CONSTANT_TENANT = new ConstantTenant();
    private static final PolicySetRule BESIDE = new PermissiveBesidePermissive();
    private static final PolicySetRule MISSING_OK = new SettingWithoutMissingOk();
    private static final PolicySetRule NULLIF = new SettingWithoutNullif();
    private static final PolicySetRule PER_ROW = new SettingReadPerRow();

    /**
     * Those about the policies of one table, in the order in which they mend: what is read, whose rows are let through, how
     * it is written, and last how many policies there are.
     */
    static final List<PolicySetRule> OF_POLICIES = List.of(
            OTHER_SETTING,
            CONSTANT_TENANT,
            USING_ALWAYS_TRUE,
            OPEN_BRANCH,
            NOT_COMPARED,
            CHECK_OPENS,
            MISSING_OK,
            NULLIF,
            PER_ROW,
            CHECK_MISSING,
            COMMANDS_WITHOUT_POLICY,
            BESIDE);

    private static final List<Rule> OF_THE_FACTS = List.of(
            new ForceMissing(),
            new BypassBySetRole(),
            new PredefinedRole(),
            new RoleAttributes(),
            COMMANDS_WITHOUT_POLICY,
            USING_ALWAYS_TRUE,
            OPEN_BRANCH,
            NOT_COMPARED,
            CHECK_OPENS,
            CHECK_MISSING,
            OTHER_SETTING,
            CONSTANT_TENANT,
            BESIDE,
            MISSING_OK,
            NULLIF,
            PER_ROW,
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
            new DefaultPrivilegesOpen(),
            TENANT_COLUMN,
            new UnnamedBypass(),
            new NothingToUse(),
            new PolicyNotJudged(),
            new ServerHoles(),
            new CostlyStatement());

    /** The one that has something to say of a database without any protected table. */
    static final List<Rule> OF_AN_EMPTY_CATALOG = List.of(TENANT_COLUMN);

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
