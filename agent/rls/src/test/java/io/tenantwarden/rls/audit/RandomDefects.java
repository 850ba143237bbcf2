package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.audit.RandomSchema.Condition;
import io.tenantwarden.rls.audit.RandomSchema.Pol;
import io.tenantwarden.rls.audit.RandomSchema.Table;
import io.tenantwarden.rls.audit.RandomSchema.Use;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What can be wrong with a {@link RandomSchema}, each as a change of it. Several together are the point. */
final class RandomDefects {

    /** Returns false when it does not fit this table. */
    interface Defect {
        boolean spoil(RandomSchema s, Table t);
    }

    private static final Map<String, Defect> DEFECTS = new LinkedHashMap<>();

    private RandomDefects() {}

    static List<String> names() {
        return List.copyOf(DEFECTS.keySet());
    }

    /** Spoils the schema a few times; what was done stands in {@code applied}. */
    static void apply(RandomSchema s) {
        int wanted = 1 + s.random.nextInt(7);
        List<String> names = new ArrayList<>(DEFECTS.keySet());
        for (int tries = 0; s.applied.size() < wanted && tries < 40; tries++) {
            String name = names.get(s.random.nextInt(names.size()));
            Table t = s.tables.get(s.random.nextInt(s.tables.size()));
            if (t.spoiled.add(name) && DEFECTS.get(name).spoil(s, t)) {
                s.applied.add(name + " on " + t.sql());
            }
        }
        finish(s);
    }

    static void apply(RandomSchema s, String name) {
        for (Table t : s.tables) {
            if (DEFECTS.get(name).spoil(s, t)) {
                s.applied.add(name + " on " + t.sql());
                break;
            }
        }
        finish(s);
    }

    private static void finish(RandomSchema s) {
        s.spoil.insert(0, s.spoilFirst);
        for (Table t : s.tables) {
            if (t.spoiled.contains("policies")) {
                StringBuilder b = new StringBuilder(
                                "do $do$ declare p text; begin for p in select polname from pg_policy")
                        .append(" where polrelid = ")
                        .append(literal(t.sql()))
                        .append("::regclass loop execute format(")
                        .append("'drop policy %I on %s', p, ")
                        .append(literal(t.sql()))
                        .append("); end loop; end $do$;\n");
                for (Pol p : t.policies) {
                    b.append(p.create(t)).append("\n");
                }
                s.spoil.append(b);
            }
            if (!t.rls) {
                s.spoil.append("alter table ").append(t.sql()).append(" disable row level security;\n");
            }
            if (!t.forced) {
                s.spoil.append("alter table ").append(t.sql()).append(" no force row level security;\n");
            }
        }
    }

    private static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    private static String q(String name) {
        return RandomSchema.q(name);
    }

    // ---------------------------------------------------------------- of policies

    /** A change of the one policy that the table began with. */
    private interface PolicyDefect {
        boolean spoil(RandomSchema s, Table t, Pol p);
    }

    private static void policy(String name, PolicyDefect defect) {
        DEFECTS.put(name, (s, t) -> {
            if (t.policies.isEmpty()
                    || t.policies.size() != 1 && !name.startsWith("second")
                    || t.spoiled.contains("certain roles")) {
                return false;
            }
            boolean done = defect.spoil(s, t, t.policies.get(0));
            if (done) {
                t.spoiled.add("policies");
            }
            return done;
        });
    }

    /** One that takes the condition away, so that nothing tells what else was meant. */
    private static void opening(String name, PolicyDefect defect) {
        policy(name, (s, t, p) -> {
            if (t.more() || p.using == null || !p.using.compares() || p.using.function != null) {
                return false;
            }
            return defect.spoil(s, t, p);
        });
    }

    private static Condition instead(String sql) {
        Condition c = new Condition();
        c.instead = sql;
        return c;
    }

    static {
        policy("missing_ok", (s, t, p) -> {
            if (p.using == null || !p.using.compares()) {
                return false;
            }
            p.using.missingOk = false;
            if (p.check != null && s.chance(2)) {
                p.check.missingOk = false;
            }
            return true;
        });
        policy("nullif", (s, t, p) -> {
            if (p.using == null || !p.using.compares()) {
                return false;
            }
            p.using.nullif = false;
            if (p.check != null && s.chance(2)) {
                p.check.nullif = false;
            }
            return true;
        });
        policy("per row", (s, t, p) -> {
            if (p.using == null || !p.using.compares()) {
                return false;
            }
            p.using.select = false;
            if (p.check != null && s.chance(2)) {
                p.check.select = false;
            }
            return true;
        });
        policy(
                "or empty",
                (s, t, p) -> p.using != null
                        && p.using.or.add("current_setting('" + s.guc + "'" + s.pick("", ", true") + ") = ''"));
        policy(
                "or unset",
                (s, t, p) -> p.using != null && p.using.or.add("current_setting('" + s.guc + "', true) is null"));
        policy("or flag", (s, t, p) -> p.using != null && p.using.or.add("flag"));
        policy("or null", (s, t, p) -> p.using != null && p.using.or.add(q(t.column) + " is null"));
        opening("using true", (s, t, p) -> {
            p.using = instead(
                    s.pick("true", "1 = 1", "body is null or body is not null", q(t.column) + " = " + q(t.column)));
            p.check = s.chance(2) ? p.check : s.chance(2) ? null : instead("true");
            return true;
        });
        opening("not compared", (s, t, p) -> {
            p.using = instead(s.pick("id > 0", q(t.column) + " is not null", "id is not null and kind = 1"));
            return true;
        });
        opening("constant", (s, t, p) -> {
            if (t.cast != null) {
                return false;
            }
            String value = s.pick("'nobody'", "current_user");
            p.using = instead(q(t.column) + " = " + value);
            p.check = instead(q(t.column) + " = " + value);
            return true;
        });
        policy("check true", (s, t, p) -> {
            p.check = instead("true");
            return true;
        });
        policy("check open", (s, t, p) -> {
            p.check = instead(s.pick("body <> ''", "id > 0 or body is null"));
            return true;
        });
        policy("check missing", (s, t, p) -> {
            if (t.more()) {
                return false;
            }
            p.check = null;
            return p.using != null;
        });
        policy("other setting", (s, t, p) -> {
            // the others read the right one, so that it is this one that is wrong
            if (s.tables.size() < 3
                    || p.using == null
                    || !p.using.compares()
                    || p.using.function != null
                    || s.tables.stream().anyMatch(o -> o.spoiled.contains("other"))) {
                return false;
            }
            t.spoiled.add("other");
            p.using.guc = "app.other";
            if (p.check != null) {
                p.check.guc = "app.other";
            }
            return true;
        });
        policy("function per row", (s, t, p) -> {
            if (t.cast != null || p.using == null || !p.using.compares()) {
                return false;
            }
            p.using.function = q(s.schemas.get(0)) + ".tenant()";
            p.using.select = false;
            return true;
        });
        policy("volatile function", (s, t, p) -> {
            if (t.cast != null || p.using == null || !p.using.compares()) {
                return false;
            }
            p.using.function = q(s.schemas.get(0)) + "." + q(s.name("vol")) + "()";
            s.spoilFirst
                    .append("create function ")
                    .append(p.using.function)
                    .append(" returns text language plpgsql as $$ begin")
                    .append(" return nullif(current_setting('")
                    .append(s.guc)
                    .append("', true), ''); end $$;\n");
            return true;
        });
        policy("immutable function", (s, t, p) -> {
            if (t.cast != null || p.using == null || !p.using.compares()) {
                return false;
            }
            p.using.function = q(s.schemas.get(0)) + "." + q(s.name("imm")) + "()";
            s.spoilFirst
                    .append("create function ")
                    .append(p.using.function)
                    .append(" returns text language plpgsql immutable as $$")
                    .append(" begin return nullif(current_setting('")
                    .append(s.guc)
                    .append("', true), ''); end $$;\n");
            return true;
        });
        policy("second for select", (s, t, p) -> {
            if (t.more() && !t.extra) {
                return false;
            }
            Pol second = new Pol();
            second.name = s.name("pol");
            second.command = s.pick("select", "all", "update", "delete", "insert");
            second.using = s.condition();
            second.check = s.condition();
            if (t.extra) {
                second.using.and.add("not flag");
            }
            t.policies.add(second);
            return true;
        });
        policy("second open", (s, t, p) -> {
            if (t.more()) {
                return false;
            }
            Pol second = new Pol();
            second.name = s.name("a");
            second.command = s.pick("select", "all", "update", "delete", "insert");
            second.using = instead("true");
            second.check = instead("true");
            t.policies.add(0, second);
            return true;
        });
        policy("second restrictive", (s, t, p) -> {
            Pol second = new Pol();
            second.name = s.name("floor");
            second.permissive = false;
            second.command = s.pick("select", "all");
            second.using = instead("true");
            second.check = null;
            t.policies.add(second);
            return true;
        });
        policy("only select", (s, t, p) -> {
            if (t.more()) {
                return false;
            }
            p.command = s.pick("select", "insert", "delete");
            return true;
        });
        policy("for others", (s, t, p) -> {
            if (t.more() || t.spoiled.contains("policies")) {
                return false;
            }
            // from now on nobody judges that policy, and nobody tells that it was for all
            t.spoiled.add("certain roles");
            s.uses.removeIf(u -> u.sql().contains(" from ") && t.views.stream().anyMatch(u.sql()::contains));
            p.roles = RandomSchema.READER;
            return true;
        });
        policy("for several", (s, t, p) -> {
            if (t.more() || p.using == null || p.using.instead != null) {
                return false;
            }
            Pol forBoth = new Pol();
            forBoth.name = s.name("both");
            forBoth.command = "select";
            forBoth.roles = q(RandomSchema.APP) + ", " + RandomSchema.BYPASS;
            forBoth.using = instead("true");
            t.policies.add(forBoth);
            return true;
        });
        policy("only restrictive", (s, t, p) -> {
            if (t.more()) {
                return false;
            }
            p.permissive = false;
            return true;
        });
        DEFECTS.put("no policy", (s, t) -> {
            if (t.more() || t.spoiled.contains("policies")) {
                return false;
            }
            t.policies.clear();
            t.spoiled.add("policies");
            t.rls = s.chance(2);
            return true;
        });
        DEFECTS.put("rls off", (s, t) -> {
            t.rls = false;
            return true;
        });
        DEFECTS.put("not forced", (s, t) -> {
            t.forced = false;
            return true;
        });
    }

    // ---------------------------------------------------------------- of tables

    static {
        DEFECTS.put("nullable", (s, t) -> {
            if (t.partitioned
                    || t.child != null
                    || t.spoiled.contains("key")
                    || t.spoiled.contains("referenced")
                    || s.tables.stream().anyMatch(o -> o.parent == t)) {
                return false;
            }
            t.spoiled.add("key");
            s.spoil
                    .append(
                            "do $do$ begin execute (select format('alter table %s drop constraint %I', conrelid::regclass, conname)")
                    .append(" from pg_constraint where contype = 'p' and conrelid = ")
                    .append(literal(t.sql()))
                    .append("::regclass); end $do$;\n");
            s.spoil
                    .append("alter table ")
                    .append(t.sql())
                    .append(" alter column ")
                    .append(q(t.column))
                    .append(" drop not null;\n");
            if (s.chance(2)) {
                s.spoil
                        .append("create index on ")
                        .append(t.sql())
                        .append(" (")
                        .append(q(t.column))
                        .append(");\n");
            }
            if (s.chance(3) && t.spoiled.add("row of nobody") && !t.spoiled.contains("bypass not configured")) {
                s.spoil.append("insert into " + t.sql() + " (id, body) values (990, 'nobody''s');\n");
                s.kept.add("WD025 " + t.schema + "." + t.name);
            }
            return true;
        });
        DEFECTS.put("unique without tenant", (s, t) -> {
            String column = s.pick("id", "body, id", "id, kind");
            String name = q(s.name("uq"));
            int form = s.random.nextInt(t.partitioned ? 1 : 5);
            if (t.partitioned) {
                s.spoil
                        .append("alter table ")
                        .append(t.sql())
                        .append(" add constraint ")
                        .append(name)
                        .append(" unique (id, kind);\n");
                return true;
            }
            s.spoil.append(
                    switch (form) {
                        case 0 -> "alter table " + t.sql() + " add constraint " + name + " unique (" + column + ");\n";
                        case 1 ->
                            "alter table " + t.sql() + " add constraint " + name + " unique (" + column
                                    + ") deferrable;\n";
                        case 2 -> "create unique index " + name + " on " + t.sql() + " (" + column + ");\n";
                        case 3 ->
                            "create unique index " + name + " on " + t.sql() + " (lower(body), id) where not flag;\n";
                        default ->
                            "alter table " + t.sql() + " add constraint " + name + " unique (" + column
                                    + ") include (flag);\n";
                    });
            return true;
        });
        DEFECTS.put("foreign key without tenant", (s, t) -> {
            if (t.parent == null || t.parent.partitioned || t.parent.child != null) {
                return false;
            }
            String target = q(s.name("uq"));
            s.spoil
                    .append("alter table ")
                    .append(t.parent.sql())
                    .append(" add constraint ")
                    .append(target)
                    .append(" unique (id);\n");
            s.spoil
                    .append("alter table ")
                    .append(t.sql())
                    .append(" drop constraint ")
                    .append(q(RandomSchema.fkName(t)))
                    .append(";\n");
            int keys = 1 + s.random.nextInt(3);
            for (int i = 0; i < keys; i++) {
                s.spoil
                        .append("alter table ")
                        .append(t.sql())
                        .append(" add constraint ")
                        .append(q(s.name("fk")))
                        .append(" foreign key (ref) references ")
                        .append(t.parent.sql())
                        .append(" (id)")
                        .append(t.onDelete)
                        .append(s.chance(3) ? " deferrable" : "")
                        .append(";\n");
            }
            if (s.chance(4)) {
                // to a row of the other tenant, which the key with the tenant would refuse
                s.spoil.append("update " + t.sql() + " set ref = " + RandomSchema.id(1, 1) + " where id = "
                        + RandomSchema.id(0, 1) + ";\n");
                s.kept.add("WD028 " + t.schema + "." + t.name);
                s.kept.add("WD027 " + t.parent.schema + "." + t.parent.name);
            }
            return true;
        });
        DEFECTS.put("foreign key to itself", (s, t) -> {
            if (t.partitioned || t.child != null) {
                return false;
            }
            s.spoil.append("alter table ").append(t.sql()).append(" add column boss bigint;\n");
            s.spoil
                    .append("alter table ")
                    .append(t.sql())
                    .append(" add constraint ")
                    .append(q(s.name("uq")))
                    .append(" unique (id);\n");
            s.spoil
                    .append("alter table ")
                    .append(t.sql())
                    .append(" add foreign key (boss) references ")
                    .append(t.sql())
                    .append(" (id)")
                    .append(s.major >= 15 ? s.pick("", " on delete set null", " on delete cascade") : "")
                    .append(";\n");
            return true;
        });
        DEFECTS.put("child open", (s, t) -> {
            if (t.child == null) {
                return false;
            }
            s.spoil
                    .append("grant select, insert on ")
                    .append(t.childSql())
                    .append(" to ")
                    .append(q(RandomSchema.APP))
                    .append(";\n");
            s.usesOfDefects.put(
                    new Use(
                            RandomSchema.APP,
                            s.tenants[0],
                            "select count(*) from " + t.childSql() + " where " + q(t.column) + "::text <> '"
                                    + s.tenants[0] + "'"),
                    "0");
            s.usesOfDefects.put(
                    new Use(
                            RandomSchema.APP,
                            s.tenants[0],
                            "insert into " + t.childSql() + " (" + q(t.column) + ", id, body) values ('" + s.tenants[0]
                                    + "', 955, 'direct')"),
                    "1 rows");
            return true;
        });
        DEFECTS.put("truncate granted", (s, t) -> {
            s.spoil
                    .append("grant truncate, references on ")
                    .append(t.sql())
                    .append(" to ")
                    .append(q(RandomSchema.APP))
                    .append("; grant trigger on ")
                    .append(t.sql())
                    .append(" to public;\n");
            return true;
        });
    }

    // ---------------------------------------------------------------- of roles and the database

    static {
        DEFECTS.put("bypassrls", (s, t) -> {
            s.spoil.append("alter role ").append(q(RandomSchema.APP)).append(" bypassrls;\n");
            return true;
        });
        DEFECTS.put("createrole", (s, t) -> {
            s.spoil
                    .append("alter role ")
                    .append(q(RandomSchema.APP))
                    .append(s.pick(" createrole", " replication"))
                    .append(";\n");
            return true;
        });
        DEFECTS.put("member of bypass", (s, t) -> {
            s.spoil
                    .append("grant ")
                    .append(s.pick(RandomSchema.BYPASS, RandomSchema.SUPER))
                    .append(" to ")
                    .append(q(RandomSchema.APP))
                    .append(";\n");
            return true;
        });
        DEFECTS.put("predefined role", (s, t) -> {
            s.spoil
                    .append("grant ")
                    .append(s.pick("pg_read_all_data", "pg_execute_server_program", "pg_write_all_data"))
                    .append(" to ")
                    .append(q(RandomSchema.APP))
                    .append(";\n");
            return true;
        });
        DEFECTS.put("tenant by default", (s, t) -> {
            s.spoil
                    .append("alter role ")
                    .append(q(RandomSchema.APP))
                    .append(s.chance(2) ? " in database DATABASE" : "")
                    .append(" set ")
                    .append(s.guc)
                    .append(" = '")
                    .append(s.tenants[0])
                    .append("';\n");
            return true;
        });
        DEFECTS.put("row_security off", (s, t) -> {
            s.spoil.append("alter role ").append(q(RandomSchema.APP)).append(" set row_security = off;\n");
            return true;
        });
        DEFECTS.put("default privileges", (s, t) -> {
            s.spoil
                    .append("alter default privileges for role fx_owner in schema ")
                    .append(q(t.schema))
                    .append(" grant select, insert on tables to ")
                    .append(s.chance(2) ? "public" : q(RandomSchema.APP))
                    .append(";\n");
            return true;
        });
        DEFECTS.put("published", (s, t) -> {
            s.spoil
                    .append("create publication ")
                    .append(q(s.name("fxpub")))
                    .append(s.chance(3) ? " for all tables" : " for table " + t.sql())
                    .append(" with (publish = 'insert');\n");
            return true;
        });
    }

    // ---------------------------------------------------------------- of views and functions

    static {
        DEFECTS.put("view of a superuser", (s, t) -> {
            String view = q(t.schema) + "." + q(s.name("sv"));
            boolean readerToo = s.chance(2);
            s.spoil
                    .append("create view ")
                    .append(view)
                    .append(" as select * from ")
                    .append(t.sql())
                    .append("; alter view ")
                    .append(view)
                    .append(" owner to ")
                    .append(s.pick(RandomSchema.SUPER, RandomSchema.BYPASS))
                    .append("; grant select on ")
                    .append(view)
                    .append(" to ")
                    .append(q(RandomSchema.APP))
                    .append(readerToo ? ", fx_group" : "")
                    .append(";\n");
            String outer = q(t.schema) + "." + q(s.name("ov"));
            s.spoil
                    .append("create view ")
                    .append(outer)
                    .append(" as select id from ")
                    .append(view)
                    .append("; grant select on ")
                    .append(outer)
                    .append(" to ")
                    .append(q(RandomSchema.APP))
                    .append(";\n");
            s.usesOfDefects.put(
                    new Use(
                            RandomSchema.APP,
                            s.tenants[0],
                            "select count(*) from " + view + " where " + q(t.column) + "::text <> '" + s.tenants[0]
                                    + "'"),
                    "0");
            s.usesOfDefects.put(new Use(RandomSchema.APP, s.tenants[0], "select count(*) > 0 from " + outer), "t");
            if (readerToo) {
                s.spoil
                        .append("grant fx_group to fx_reader; grant usage on schema ")
                        .append(q(t.schema))
                        .append(" to fx_group;\n");
                s.usesOfDefects.put(
                        new Use(RandomSchema.READER, s.tenants[0], "select count(*) > 0 from " + view), "t");
            }
            return true;
        });
        DEFECTS.put("view alone of a superuser", (s, t) -> {
            // the role may read the view, not the table that it reads
            String table = q(t.schema) + "." + q(s.name("hidden"));
            String view = q(t.schema) + "." + q(s.name("hv"));
            s.spoil
                    .append("set role fx_owner; create table ")
                    .append(table)
                    .append(" (")
                    .append(q(t.column))
                    .append(" ")
                    .append(t.type)
                    .append(" not null, id int, primary key (")
                    .append(q(t.column))
                    .append(", id)); insert into ")
                    .append(table)
                    .append(" values ('")
                    .append(s.tenants[0])
                    .append("', 1), ('")
                    .append(s.tenants[1])
                    .append("', 2); alter table ")
                    .append(table)
                    .append(" enable row level security, force row level security; reset role; create policy p on ")
                    .append(table)
                    .append(" using (")
                    .append(s.condition().sql(t))
                    .append(") with check (")
                    .append(s.condition().sql(t))
                    .append("); create view ")
                    .append(view)
                    .append(" as select * from ")
                    .append(table)
                    .append("; alter view ")
                    .append(view)
                    .append(" owner to fx_super; grant select on ")
                    .append(view)
                    .append(" to ")
                    .append(q(RandomSchema.APP))
                    .append(";\n");
            s.usesOfDefects.put(
                    new Use(RandomSchema.APP, s.tenants[0], "select string_agg(id::text, ',') from " + view), "1");
            return true;
        });
        DEFECTS.put("materialized view", (s, t) -> {
            String view = q(t.schema) + "." + q(s.name("mv"));
            s.spoil
                    .append("create materialized view ")
                    .append(view)
                    .append(" as select * from ")
                    .append(t.sql())
                    .append("; grant select on ")
                    .append(view)
                    .append(" to ")
                    .append(q(RandomSchema.APP))
                    .append(";\n");
            return true;
        });
        DEFECTS.put("definer without path", (s, t) -> {
            // its body finds the table in its own schema, and tenant() in the other
            String f = q(t.schema) + "." + q(s.name("sd"));
            String schemas = q(t.schema) + ", " + q(s.schemas.get(0));
            String path = s.pick(
                    "set search_path = " + schemas,
                    "set search_path = pg_temp, " + schemas,
                    "set search_path = \"$user\", " + schemas,
                    "");
            if (path.isEmpty()) {
                s.spoil.append("alter role " + q(RandomSchema.APP) + " in database DATABASE set search_path = "
                        + schemas + ";\n");
            }
            s.spoil.append("set search_path = " + schemas + "; create function " + f
                    + "() returns bigint language plpgsql stable security definer " + path
                    + " as $$ begin return (select count(*)"
                    + " from " + q(t.name) + " where tenant() is not null); end $$; reset search_path; alter function "
                    + f
                    + "() owner to fx_owner;\n");
            s.usesOfDefects.put(new Use(RandomSchema.APP, s.tenants[0], "select " + f + "() >= 0"), "t");
            return true;
        });
        DEFECTS.put("definer of a superuser", (s, t) -> {
            String f = q(t.schema) + "." + q(s.name("su"));
            s.spoil
                    .append("create function ")
                    .append(f)
                    .append("() returns bigint language sql stable security definer set")
                    .append(" search_path = pg_catalog, pg_temp as $$ select count(*) from ")
                    .append(t.sql())
                    .append(" $$; alter function ")
                    .append(f)
                    .append("() owner to fx_super;\n");
            s.usesOfDefects.put(new Use(RandomSchema.APP, s.tenants[0], "select " + f + "() > 0"), "t");
            return true;
        });
        DEFECTS.put("membership helper", (s, t) -> {
            String table = q(t.schema) + "." + q(s.name("members"));
            String f = q(t.schema) + "." + q(s.name("mine"));
            String owner = s.pick("fx_super", "fx_owner");
            s.spoil
                    .append("create table ")
                    .append(table)
                    .append(" (")
                    .append(q(t.column))
                    .append(" ")
                    .append(t.type)
                    .append(" not null, member text, primary key (")
                    .append(q(t.column))
                    .append(", member)); alter table ")
                    .append(table)
                    .append(" owner to fx_owner; insert into ")
                    .append(table)
                    .append(" values ('")
                    .append(s.tenants[0])
                    .append("', '")
                    .append(s.tenants[0])
                    .append("'), ('")
                    .append(s.tenants[1])
                    .append("', '")
                    .append(s.tenants[1])
                    .append("'); create function ")
                    .append(f)
                    .append("() returns setof text")
                    .append(" language sql stable security definer set search_path = pg_catalog, pg_temp as $$ select ")
                    .append(q(t.column))
                    .append("::text from ")
                    .append(table)
                    .append(" where member = nullif(current_setting('")
                    .append(s.guc)
                    .append("', true), '') $$; alter function ")
                    .append(f)
                    .append("() owner to ")
                    .append(owner)
                    .append("; alter table ")
                    .append(table)
                    .append(" enable row level security")
                    .append(owner.equals("fx_super") ? ", force row level security" : "")
                    .append("; create policy m on ")
                    .append(table)
                    .append(" using (")
                    .append(q(t.column))
                    .append("::text in (select ")
                    .append(f)
                    .append("())) with check (")
                    .append(q(t.column))
                    .append("::text in (select ")
                    .append(f)
                    .append("())); grant select on ")
                    .append(table)
                    .append(" to ")
                    .append(q(RandomSchema.APP))
                    .append(";\n");
            s.usesOfDefects.put(
                    new Use(RandomSchema.APP, s.tenants[0], "select string_agg(member, ',') from " + table),
                    s.tenants[0]);
            return true;
        });
        DEFECTS.put("leakproof", (s, t) -> {
            String f = q(t.schema) + "." + q(s.name("lp"));
            s.spoil
                    .append("create function ")
                    .append(f)
                    .append("(x text) returns text language sql immutable leakproof as")
                    .append(" $$ select upper(x) $$;\n");
            s.usesOfDefects.put(new Use(RandomSchema.APP, s.tenants[0], "select " + f + "('a')"), "A");
            return true;
        });
        DEFECTS.put("settings table", (s, t) -> {
            String table = q(t.schema) + "." + q(s.name("settings"));
            s.spoil
                    .append("create table ")
                    .append(table)
                    .append(" (k text primary key, v text); insert into ")
                    .append(table)
                    .append(" values ('a', 'b'); alter table ")
                    .append(table)
                    .append(" enable row level security, force row level security; create policy everybody on ")
                    .append(table)
                    .append(" for select using (true); grant select on ")
                    .append(table)
                    .append(" to ")
                    .append(q(RandomSchema.APP))
                    .append(";\n");
            s.usesOfDefects.put(new Use(RandomSchema.APP, s.tenants[0], "select v from " + table), "b");
            return true;
        });
        DEFECTS.put("bypass not configured", (s, t) -> {
            if (t.policies.size() != 1 || t.spoiled.contains("policies") || t.spoiled.contains("row of nobody")) {
                return false;
            }
            Pol p = new Pol();
            p.name = s.name("platform");
            p.using = new Condition();
            p.using.instead = "(select nullif(current_setting('app.support', true), '')) = 'on'";
            p.check = p.using;
            t.policies.add(p);
            t.spoiled.add("policies");
            s.usesOfDefects.put(
                    new Use(RandomSchema.APP, "SET app.support = on", "select count(*) = 6 from " + t.sql()), "t");
            return true;
        });
    }

    // ---------------------------------------------------------------- relatives of the above

    static {
        policy("array of a function", (s, t, p) -> {
            if (t.cast != null || p.using == null || !p.using.compares() || p.using.function != null) {
                return false;
            }
            String f = q(s.schemas.get(0)) + "." + q(s.name("arr"));
            s.spoilFirst.append("create function " + f + "() returns text[] language sql stable as $$ select"
                    + " string_to_array(nullif(current_setting('" + s.guc + "', true), ''), ',') $$;\n");
            p.using.comparison = q(t.column) + "::text = any (" + f + "())";
            return true;
        });
        policy("array of a setting", (s, t, p) -> {
            if (t.cast != null || p.using == null || !p.using.compares() || p.using.function != null) {
                return false;
            }
            p.using.comparison =
                    q(t.column) + "::text = any (('{' || current_setting('" + s.guc + "', true) || '}')::text[])";
            return true;
        });
        policy("coalesced", (s, t, p) -> {
            if (p.using == null || !p.using.compares() || p.using.function != null) {
                return false;
            }
            p.using.comparison = q(t.column) + " = coalesce(current_setting('" + s.guc + "', true), '')"
                    + (t.cast == null ? "" : "::" + t.cast);
            return true;
        });
        policy("another setting besides", (s, t, p) -> {
            if (p.using == null || !p.using.compares() || !p.command.equals("all")) {
                return false;
            }
            p.using.and.add(
                    "kind = coalesce(nullif(current_setting('app.kind'" + s.pick("", ", true") + "), '')::int, kind)");
            s.usesOfDefects.put(
                    new Use(
                            RandomSchema.APP,
                            "SET app.kind = '7'; SET " + s.guc + " = '" + s.tenants[0] + "'",
                            "select count(*) from " + t.sql()),
                    "0");
            return true;
        });
        policy("checked by a function", (s, t, p) -> {
            if (p.check == null || p.check.instead != null || t.cast != null) {
                return false;
            }
            String f = q(t.schema) + "." + q(s.name("ok"));
            s.spoilFirst.append("create function " + f + "(x text) returns boolean language sql stable as $$ select x ="
                    + " current_setting('" + s.guc + "', true) $$;\n");
            p.check.instead = f + "(" + q(t.column) + ")";
            return true;
        });
        DEFECTS.put("view in a policy", (s, t) -> {
            if (t.policies.size() != 1 || t.spoiled.contains("policies") || t.more()) {
                return false;
            }
            // who is in which tenant, through a view that passes over the policies of its table
            String table = q(t.schema) + "." + q(s.name("people"));
            String view = q(t.schema) + "." + q(s.name("whom"));
            s.spoil.append("create table " + table + " (" + q(t.column) + " " + t.type
                    + " not null, who text, primary key ("
                    + q(t.column) + ", who)); alter table " + table + " owner to fx_owner; insert into " + table
                    + " values ('"
                    + s.tenants[0] + "', '" + s.tenants[0] + "'), ('" + s.tenants[1] + "', '" + s.tenants[1]
                    + "'); create view "
                    + view + " as select " + q(t.column) + "::text as tenant, who from " + table + "; alter view "
                    + view
                    + " owner to fx_super; grant select on " + table + ", " + view + " to " + q(RandomSchema.APP)
                    + "; alter table " + table
                    + " enable row level security, force row level security; create policy p on " + table
                    + " using (" + q(t.column) + "::text in (select w.tenant from " + view + " w where w.who ="
                    + " nullif(current_setting('" + s.guc + "', true), ''))) with check (false);\n");
            s.usesOfDefects.put(
                    new Use(RandomSchema.APP, s.tenants[0], "select string_agg(who, ',') from " + table), s.tenants[0]);
            return true;
        });
        DEFECTS.put("key of two, from a table without tenant", (s, t) -> {
            if (t.partitioned || t.child != null) {
                return false;
            }
            String shared = q(t.schema) + "." + q(s.name("shared"));
            s.spoil.append("alter table " + t.sql() + " add constraint " + q(s.name("uq"))
                    + " unique (id, kind); create table " + shared
                    + " (id bigint, kind int, foreign key (id, kind) references " + t.sql() + " (id, kind));\n");
            return true;
        });
        DEFECTS.put("granted on", (s, t) -> {
            s.spoil.append("grant usage on schema " + q(t.schema) + " to fx_group; grant truncate on " + t.sql()
                    + " to fx_group with grant option; set role fx_group; grant truncate on "
                    + t.sql() + " to " + q(RandomSchema.APP) + "; reset role;\n");
            return true;
        });
        DEFECTS.put("member of a member", (s, t) -> {
            s.spoil.append("grant fx_group to " + q(RandomSchema.APP) + "; grant fx_bypass to fx_group;\n");
            return true;
        });
        DEFECTS.put("insert on conflict", (s, t) -> {
            if (t.partitioned || t.child != null || t.parent != null) {
                return false;
            }
            String f = q(t.schema) + "." + q(s.name("put"));
            s.spoil.append("alter table " + t.sql() + " add constraint " + q(s.name("uq"))
                    + " unique (id, body); create function "
                    + f + "() returns void language sql as $$ insert into " + t.sql() + " (" + q(t.column)
                    + ", id, body) values (current_setting('" + s.guc + "')" + (t.cast == null ? "" : "::" + t.cast)
                    + ", 777, 'c') on conflict (id, body) do nothing $$;\n");
            s.usesOfDefects.put(new Use(RandomSchema.APP, s.tenants[0], "select " + f + "()"), null);
            return true;
        });
        DEFECTS.put("json tenant", (s, t) -> {
            String table = q(t.schema) + "." + q(s.name("doc"));
            s.spoil.append("create table " + table + " (" + q(t.column) + " jsonb not null, x int); alter table "
                    + table + " owner to fx_owner; grant select on " + table + " to " + q(RandomSchema.APP) + ";\n");
            return true;
        });
    }
}
