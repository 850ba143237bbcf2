package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogOptions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * A schema as an application might have it, all of it from one seed: tables of two tenants with policies that are right,
 * and what uses them (views, functions, foreign keys, triggers, another role). {@link RandomDefects} then spoils it.
 */
final class RandomSchema {

    static final String OWNER = "fx_owner";
    static final String APP = "Fx App";
    static final String READER = "fx_reader";
    static final String SUPER = "fx_super";
    static final String BYPASS = "fx_bypass";
    static final String GROUP = "fx_group";

    /** What a policy's expression is made of; defects change one or the other. */
    static final class Condition {
        String guc;
        boolean missingOk = true;
        boolean nullif = true;
        boolean select = true;
        /** A call in the place of the setting; null for none. */
        String function;

        final List<String> and = new ArrayList<>();
        final List<String> or = new ArrayList<>();
        /** In the place of the comparison; null for none. */
        String comparison;

        /** In the place of all of it; null for none. */
        String instead;

        /** Whether it is the ordinary one still, whatever stands besides. */
        boolean compares() {
            return instead == null && comparison == null;
        }

        String sql(Table t) {
            if (instead != null) {
                return instead;
            }
            String value = function;
            if (value == null) {
                value = "current_setting('" + guc + "'" + (missingOk ? ", true" : "") + ")";
                value = nullif ? "nullif(" + value + ", '')" : value;
                value += t.cast == null ? "" : "::" + t.cast;
            }
            String text =
                    comparison == null ? q(t.column) + " = " + (select ? "(select " + value + ")" : value) : comparison;
            for (String more : and) {
                text = "(" + text + ") and (" + more + ")";
            }
            for (String more : or) {
                text = "(" + text + ") or (" + more + ")";
            }
            return text;
        }
    }

    static final class Pol {
        String name;
        String command = "all";
        boolean permissive = true;
        String roles = "public";
        Condition using;
        Condition check;

        String create(Table t) {
            boolean reads = !command.equals("insert");
            boolean writes = !command.equals("select") && !command.equals("delete");
            return "create policy " + q(name) + " on " + t.sql() + " as " + (permissive ? "permissive" : "restrictive")
                    + " for " + command + " to " + roles
                    + (reads && using != null ? " using (" + using.sql(t) + ")" : "")
                    + (writes && check != null ? " with check (" + check.sql(t) + ")" : "") + ";";
        }
    }

    static final class Table {
        String schema;
        String name;
        String column;
        String type;
        String cast;
        boolean partitioned;
        /** Partition or child, in the same schema; null for none. */
        String child;

        boolean extra;
        Table parent;
        String onDelete = "";
        boolean rls = true;
        boolean forced = true;
        boolean droppedPolicies;
        final List<Pol> policies = new ArrayList<>();
        final Set<String> spoiled = new HashSet<>();
        /** The views that read it with their owner's rights. */
        final List<String> views = new ArrayList<>();

        String sql() {
            return q(schema) + "." + q(name);
        }

        /** Whether its policy demands more than the tenant, which nobody could tell when it is gone. */
        boolean more() {
            return extra || policies.stream().anyMatch(p -> p.using != null && !p.using.and.isEmpty());
        }

        String childSql() {
            return q(schema) + "." + q(child);
        }
    }

    /** What somebody does, the same before and after: the answer on the right schema is the right one. */
    record Use(String role, String tenant, String sql) {}

    final long seed;
    final int major;
    final Random random;
    final String[] tenants;
    final String guc;
    final List<String> columns = new ArrayList<>();
    final List<String> schemas = new ArrayList<>();
    final List<Table> tables = new ArrayList<>();
    final List<Use> uses = new ArrayList<>();
    /** Uses of what the defects bring along, with the answer; null for any that is no error. */
    final Map<Use, String> usesOfDefects = new LinkedHashMap<>();

    /** Findings that stay, {@code WD025 schema.table}, since the rows contradict the fix: it warns then. */
    final Set<String> kept = new HashSet<>();

    final StringBuilder clean = new StringBuilder();
    final StringBuilder spoil = new StringBuilder();
    final StringBuilder spoilFirst = new StringBuilder();
    final List<String> bypass = new ArrayList<>(List.of("app.is_platform"));
    final List<String> applied = new ArrayList<>();
    private final Set<String> names = new HashSet<>();
    private final int family;

    RandomSchema(long seed, int major) {
        this.seed = seed;
        this.major = major;
        random = new Random(seed);
        random.nextInt();
        family = random.nextInt(3);
        tenants = switch (family) {
            case 0 -> new String[] {"11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"};
            case 1 -> new String[] {"1", "2"};
            default -> new String[] {"acme", "globex"};
        };
        guc = random.nextInt(3) == 0 ? "app.current_tenant" : "app.tenant_id";
        columns.add(pick("tenant_id", "tenant_id", "Tenant", "org id", "tenant_id_"));
        if (random.nextInt(4) == 0) {
            columns.add("mandant");
        }
        schemas.add(name("app"));
        schemas.add(name("app"));
        int count = 2 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            tables.add(table());
        }
        columns.retainAll(tables.stream().map(t -> t.column).toList());
        writeClean();
    }

    static String q(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    CatalogOptions options() {
        return new CatalogOptions(columns, List.of(), List.of());
    }

    AuditOptions auditOptions(List<Ignore> ignores) {
        return new AuditOptions(List.of(guc), bypass, ignores);
    }

    boolean chance(int in) {
        return random.nextInt(in) == 0;
    }

    String pick(String... values) {
        return values[random.nextInt(values.length)];
    }

    /** Names that need quotes, that are long, and the same start in two of them. */
    String name(String base) {
        String name;
        do {
            int n = random.nextInt(1000);
            name = switch (random.nextInt(9)) {
                case 0 -> "Mixed" + base + n;
                case 1 -> base + " with space " + n;
                case 2 -> base + "\"quoted\" " + n;
                case 3 ->
                    pick("select", "user", "order", "table", "group", "from") + (names.contains("order") ? n : "");
                case 4 -> "x".repeat(59) + String.format("%04d", n);
                case 5 -> "naïve_tést_" + n;
                case 6 -> base + "'; -- " + n;
                default -> base + "_" + n;
            };
        } while (!names.add(name));
        return name;
    }

    private Table table() {
        Table t = new Table();
        t.schema = schemas.get(random.nextInt(schemas.size()));
        t.name = !tables.isEmpty() && chance(8) && !tables.get(0).schema.equals(t.schema)
                ? tables.get(0).name // the same name in two schemas
                : name("t");
        for (Table other : tables) {
            if (other.schema.equals(t.schema) && other.name.equals(t.name)) {
                t.name = name("t");
            }
        }
        t.column = columns.get(random.nextInt(columns.size()));
        t.parent = tables.isEmpty() || chance(2) ? null : tables.get(random.nextInt(tables.size()));
        if (t.parent != null && (t.parent.partitioned || t.parent.child != null)) {
            t.parent = null;
        }
        if (t.parent == null) {
            type(t);
        } else {
            t.type = t.parent.type;
            t.cast = t.parent.cast;
            t.onDelete = pick("", " on delete cascade", " on delete restrict");
        }
        t.extra = chance(4);
        int inherit = random.nextInt(6);
        if (inherit == 0 || inherit == 1) {
            t.partitioned = inherit == 0;
            t.child = name("p");
        }
        Pol p = new Pol();
        p.name = name("pol");
        p.using = condition();
        p.check = condition();
        if (t.extra) {
            p.using.and.add("not flag");
        }
        t.policies.add(p);
        return t;
    }

    Condition condition() {
        Condition c = new Condition();
        c.guc = guc;
        return c;
    }

    private void type(Table t) {
        switch (family) {
            case 0 -> {
                t.type = pick("uuid", "uuid", "text", "varchar(36)", "DOMAIN");
                t.cast = t.type.equals("uuid") || t.type.equals("DOMAIN") ? "uuid" : null;
            }
            case 1 -> {
                t.type = pick("bigint", "integer", "numeric", "text");
                t.cast = t.type.equals("text") ? null : t.type;
            }
            default -> {
                t.type = pick("text", "varchar(12)", "name", "ENUM");
                t.cast = t.type.equals("ENUM") ? "ENUM" : null;
            }
        }
        String typeSchema = q(schemas.get(0));
        if (t.type.equals("DOMAIN")) {
            t.type = typeSchema + ".\"Tenant Dom\"";
        } else if (t.type.equals("ENUM")) {
            t.type = typeSchema + ".\"Tenant Kind\"";
            t.cast = t.type;
        }
    }

    private void writeClean() {
        StringBuilder b = clean;
        for (String schema : schemas) {
            b.append("create schema ")
                    .append(q(schema))
                    .append(" authorization ")
                    .append(OWNER)
                    .append(";\n");
            b.append("grant usage on schema ")
                    .append(q(schema))
                    .append(" to ")
                    .append(q(APP))
                    .append(", ")
                    .append(READER)
                    .append(", ")
                    .append(BYPASS)
                    .append(";\n");
        }
        String first = q(schemas.get(0));
        b.append("set role ").append(OWNER).append(";\n");
        b.append("create domain ").append(first).append(".\"Tenant Dom\" as uuid;\n");
        b.append("create type ").append(first).append(".\"Tenant Kind\" as enum ('acme', 'globex', 'other');\n");
        b.append("create function ")
                .append(first)
                .append(".tenant() returns text language sql stable as $$ select nullif(")
                .append("current_setting('")
                .append(guc)
                .append("', true), '') $$;\n");
        b.append("create function ")
                .append(first)
                .append(
                        ".touch() returns trigger language plpgsql as $$ begin new.body := new.body || '+'; return new; end $$;\n");
        for (Table t : tables) {
            create(t);
        }
        for (Table t : tables) {
            use(t);
        }
        b.append("reset role;\n");
    }

    private void create(Table t) {
        StringBuilder b = clean;
        String fk = t.parent == null
                ? ""
                : ", constraint " + q(fkName(t)) + " foreign key (" + q(t.column) + ", ref) references "
                        + t.parent.sql() + " (" + q(t.parent.column) + ", id)" + t.onDelete;
        b.append("create table ")
                .append(t.sql())
                .append(" (")
                .append(q(t.column))
                .append(" ")
                .append(t.type)
                .append(" not null, id bigint not null, kind int not null default 1, body text, flag boolean not null")
                .append(" default false, ref bigint, primary key (")
                .append(q(t.column))
                .append(", id")
                .append(t.partitioned ? ", kind" : "")
                .append(")")
                .append(fk)
                .append(")")
                .append(t.partitioned ? " partition by list (kind)" : "")
                .append(";\n");
        if (t.child != null) {
            b.append("create table ")
                    .append(t.childSql())
                    .append(t.partitioned ? " partition of " + t.sql() + " default" : " () inherits (" + t.sql() + ")")
                    .append(";\n");
        }
        for (int tenant = 0; tenant < 2; tenant++) {
            for (int i = 1; i <= 3; i++) {
                b.append("insert into ")
                        .append(i == 3 && t.child != null && !t.partitioned ? t.childSql() : t.sql())
                        .append(" (")
                        .append(q(t.column))
                        .append(", id, body, flag, ref) values ('")
                        .append(tenants[tenant])
                        .append("', ")
                        .append(id(tenant, i))
                        .append(", 'b")
                        .append(i)
                        .append("', ")
                        .append(i == 2)
                        .append(", ")
                        .append(t.parent == null ? "null" : String.valueOf(id(tenant, 1)))
                        .append(");\n");
            }
        }
        b.append("alter table ").append(t.sql()).append(" enable row level security, force row level security;\n");
        for (Pol p : t.policies) {
            b.append(p.create(t)).append("\n");
        }
        b.append("grant select, insert, update, delete on ")
                .append(t.sql())
                .append(" to ")
                .append(q(APP))
                .append(";\n");
        b.append("grant select on ")
                .append(t.sql())
                .append(" to ")
                .append(READER)
                .append(", ")
                .append(BYPASS)
                .append(";\n");
    }

    static String fkName(Table t) {
        return t.name.length() > 40 ? "fk of " + t.name.substring(40) : "fk of " + t.name;
    }

    static int id(int tenant, int row) {
        return (tenant + 1) * 100 + row;
    }

    private void use(Table t) {
        String view = q(t.schema) + "." + q(name("v"));
        clean.append("create view ")
                .append(view)
                .append(major >= 15 && chance(2) ? " with (security_invoker = true)" : "")
                .append(" as select id, body from ")
                .append(t.sql())
                .append(";\n");
        clean.append("grant select on ")
                .append(view)
                .append(" to ")
                .append(q(APP))
                .append(";\n");
        t.views.add(view);
        String outer = q(t.schema) + "." + q(name("w"));
        t.views.add(outer);
        clean.append("create view ")
                .append(outer)
                .append(" as select count(*) as n from ")
                .append(view)
                .append(";\n");
        clean.append("grant select on ")
                .append(outer)
                .append(" to ")
                .append(q(APP))
                .append(";\n");
        String function = q(t.schema) + "." + q(name("f"));
        clean.append("create function ")
                .append(function)
                .append("() returns bigint language sql stable as $$ select count(*) from ")
                .append(t.sql())
                .append(" $$;\n");
        if (chance(3) && !t.partitioned) {
            clean.append("create trigger touch before update on ")
                    .append(t.sql())
                    .append(" for each row execute function ")
                    .append(q(schemas.get(0)))
                    .append(".touch();\n");
        }
        String ids = "select string_agg(id::text, ',' order by id) from ";
        for (String tenant : new String[] {null, "", tenants[0], tenants[1]}) {
            uses.add(new Use(APP, tenant, ids + t.sql()));
            uses.add(new Use(APP, tenant, ids + view));
            uses.add(new Use(APP, tenant, "select n from " + outer));
            uses.add(new Use(APP, tenant, "select " + function + "()"));
            uses.add(new Use(READER, tenant, ids + t.sql()));
        }
        String columnsOf = " (" + q(t.column) + ", id, body, ref) values ('";
        for (int tenant = 0; tenant < 2; tenant++) {
            String me = tenants[tenant];
            String other = tenants[1 - tenant];
            String ref = t.parent == null ? "null" : String.valueOf(id(tenant, 1));
            String otherRef = t.parent == null ? "null" : String.valueOf(id(1 - tenant, 1));
            uses.add(new Use(APP, me, "insert into " + t.sql() + columnsOf + me + "', 900, 'n', " + ref + ")"));
            uses.add(new Use(APP, me, "insert into " + t.sql() + columnsOf + other + "', 901, 'n', " + otherRef + ")"));
            uses.add(new Use(APP, me, "with u as (update " + t.sql() + " set body = 'x' returning id) " + ids + "u"));
            uses.add(new Use(
                    APP,
                    me,
                    "update " + t.sql() + " set " + q(t.column) + " = '" + other + "' where id = " + id(tenant, 1)));
            uses.add(new Use(
                    APP,
                    me,
                    "with d as (delete from " + t.sql() + " where id > " + id(tenant, 1) + " returning id) " + ids
                            + "d"));
        }
        uses.add(new Use(APP, "", "insert into " + t.sql() + columnsOf + tenants[0] + "', 902, 'n', null)"));
    }
}
