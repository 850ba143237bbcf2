package io.tenantwarden.tests.classes;

import static io.tenantwarden.tests.classes.StatementClass.Protocol.SIMPLE;
import static io.tenantwarden.tests.classes.StatementClass.Role.OWNER;
import static io.tenantwarden.tests.classes.StatementClass.Role.SUPER;
import static io.tenantwarden.tests.classes.StatementClass.of;

import java.util.List;
import java.util.stream.Stream;

/** Every class of statements that is measured, by family. What the examples refer to is laid out by {@link Fixture}. */
final class StatementClasses {

    private static final String LOGGED = "SELECT count(*) FROM scratch.log";
    private static final String MADE = "SELECT count(*) FROM scratch.made";

    private StatementClasses() {}

    static List<StatementClass> all() {
        return Stream.of(
                        queries(),
                        changes(),
                        procedures(),
                        prepared(),
                        cursors(),
                        copies(),
                        explains(),
                        tablesFromQueries(),
                        tables(),
                        otherObjects(),
                        rights(),
                        maintenance(),
                        cluster(),
                        settings(),
                        transactions(),
                        misc())
                .flatMap(List::stream)
                .toList();
    }

    private static List<StatementClass> queries() {
        String family = "Queries";
        return List.of(
                of(family, "select", "SELECT id, amount FROM guarded.invoice ORDER BY id"),
                of(family, "select without table", "SELECT 1"),
                of(family, "select in parentheses", "(SELECT id FROM guarded.invoice) UNION ALL (SELECT 0) ORDER BY 1"),
                of(family, "select for update", "SELECT id FROM guarded.invoice ORDER BY id FOR UPDATE"),
                of(family, "select from view", "SELECT id FROM scratch.invoices ORDER BY id"),
                of(family, "select function that reads", "SELECT scratch.visible()"),
                of(family, "select nextval", "SELECT nextval('scratch.numbers')")
                        .leavesSomething(),
                of(family, "select advisory lock", "SELECT pg_advisory_xact_lock(4711)"),
                of(family, "select with warning", "SELECT pg_cancel_backend(0)"),
                of(family, "select that fails", "SELECT 1 / (SELECT 0)"),
                of(family, "select large object", "SELECT lo_open(4711, 262144)"),
                of(family, "values", "VALUES (1, (SELECT count(*) FROM guarded.invoice)), (2, 0)"),
                of(family, "table", "TABLE guarded.invoice ORDER BY id"),
                of(family, "with", "WITH x AS (SELECT id FROM guarded.invoice) SELECT count(*) FROM x"),
                of(
                        family,
                        "with recursive",
                        "WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x WHERE n < (SELECT count(*) FROM"
                                + " guarded.invoice)) SELECT n FROM x"));
    }

    private static List<StatementClass> changes() {
        String family = "Changes of rows";
        return List.of(
                of(family, "insert", "INSERT INTO guarded.invoice VALUES (6, 'a', 60)"),
                of(family, "insert returning", "INSERT INTO guarded.invoice VALUES (6, 'a', 60) RETURNING id"),
                of(
                        family,
                        "insert on conflict",
                        "INSERT INTO guarded.invoice VALUES (1, 'a', 11) ON CONFLICT (id) DO UPDATE SET amount = 11"),
                of(
                        family,
                        "insert of a query",
                        "INSERT INTO scratch.log SELECT amount FROM guarded.invoice RETURNING n"),
                of(family, "insert of another tenant", "INSERT INTO guarded.invoice VALUES (6, 'b', 60)"),
                of(family, "insert with deferred trigger", "INSERT INTO scratch.deferring VALUES (1)")
                        .probe(LOGGED),
                of(family, "insert with deferred foreign key", "INSERT INTO scratch.child VALUES (1, 99)"),
                of(family, "update", "UPDATE guarded.invoice SET amount = amount + 1"),
                of(family, "update returning", "UPDATE guarded.invoice SET amount = amount + 1 RETURNING id, amount"),
                of(family, "delete", "DELETE FROM guarded.invoice"),
                of(family, "delete returning", "DELETE FROM guarded.invoice RETURNING id"),
                of(family, "delete with rule", "DELETE FROM scratch.ruled"),
                of(
                                family,
                                "merge",
                                "MERGE INTO guarded.invoice i USING (VALUES (1), (9)) v(id) ON i.id = v.id WHEN MATCHED"
                                        + " THEN UPDATE SET amount = 0 WHEN NOT MATCHED THEN INSERT VALUES (v.id, 'a',"
                                        + " 90)")
                        .since(15),
                of(
                                family,
                                "merge returning",
                                "MERGE INTO guarded.invoice i USING (VALUES (1)) v(id) ON i.id = v.id WHEN MATCHED THEN"
                                        + " UPDATE SET amount = 0 RETURNING merge_action(), i.id")
                        .since(17),
                of(
                        family,
                        "with insert",
                        "WITH x AS (INSERT INTO scratch.log SELECT amount FROM guarded.invoice RETURNING n) SELECT n"
                                + " FROM x"),
                of(
                        family,
                        "with update",
                        "WITH x AS (UPDATE guarded.invoice SET amount = 0 RETURNING id) SELECT count(*) FROM x"),
                of(
                        family,
                        "with delete, insert outside",
                        "WITH x AS (DELETE FROM guarded.invoice RETURNING amount) INSERT INTO scratch.log SELECT amount"
                                + " FROM x"),
                of(family, "truncate with trigger", "TRUNCATE scratch.truncating")
                        .probe(LOGGED),
                of(family, "truncate", "TRUNCATE guarded.invoice"),
                of(family, "truncate restart identity cascade", "TRUNCATE scratch.plain RESTART IDENTITY CASCADE"));
    }

    private static List<StatementClass> procedures() {
        String family = "Procedures and anonymous blocks";
        return List.of(
                of(family, "call", "CALL scratch.copy_rows()").probe(LOGGED),
                of(family, "call that does nothing", "CALL scratch.nothing()"),
                of(family, "call, commit at the end", "CALL scratch.copy_rows_commit_last()")
                        .probe(LOGGED),
                of(family, "call, commit at the beginning", "CALL scratch.copy_rows_commit_first()")
                        .probe(LOGGED),
                of(family, "do", "DO 'BEGIN INSERT INTO scratch.log SELECT amount FROM guarded.invoice; END'")
                        .probe(LOGGED),
                of(
                                family,
                                "do, commit at the end",
                                "DO 'BEGIN INSERT INTO scratch.log SELECT amount FROM guarded.invoice; COMMIT; END'")
                        .probe(LOGGED),
                of(
                                family,
                                "do, commit at the beginning",
                                "DO 'BEGIN COMMIT; INSERT INTO scratch.log SELECT amount FROM guarded.invoice; END'")
                        .probe(LOGGED),
                of(
                                family,
                                "do, rollback inside",
                                "DO 'BEGIN ROLLBACK; INSERT INTO scratch.log SELECT amount FROM guarded.invoice; END'")
                        .probe(LOGGED),
                of(family, "do with notice", "DO 'BEGIN RAISE NOTICE ''hello''; RAISE WARNING ''careful''; END'"));
    }

    private static List<StatementClass> prepared() {
        String family = "Prepared statements";
        String query = "PREPARE q AS SELECT id FROM guarded.invoice ORDER BY id";
        return List.of(
                of(family, "prepare", query),
                of(family, "execute", "EXECUTE q").session(query),
                of(family, "execute with parameter", "EXECUTE q(15)")
                        .session("PREPARE q(int) AS SELECT id FROM guarded.invoice WHERE amount > $1"),
                of(family, "execute of an insert", "EXECUTE q")
                        .session("PREPARE q AS INSERT INTO scratch.log SELECT amount FROM guarded.invoice"),
                of(family, "deallocate", "DEALLOCATE q").session(query),
                of(family, "deallocate all", "DEALLOCATE ALL").session(query));
    }

    private static List<StatementClass> cursors() {
        String family = "Cursors";
        String declare = "DECLARE c CURSOR FOR SELECT id FROM guarded.invoice ORDER BY id";
        String scroll = "DECLARE c SCROLL CURSOR FOR SELECT id FROM guarded.invoice ORDER BY id";
        String hold = "DECLARE h CURSOR WITH HOLD FOR VALUES (1), (2)";
        return List.of(
                of(family, "declare", declare),
                of(family, "declare with hold", "DECLARE c CURSOR WITH HOLD FOR SELECT id FROM guarded.invoice")
                        .probe("FETCH ALL FROM c"),
                of(family, "fetch", "FETCH ALL FROM c").inside(declare),
                of(family, "fetch last", "FETCH LAST FROM c").inside(scroll),
                of(family, "fetch from held cursor", "FETCH ALL FROM h").session(hold),
                of(family, "move", "MOVE ALL IN c").inside(declare),
                of(family, "move in held cursor", "MOVE ALL IN h").session(hold),
                of(family, "update where current of", "UPDATE scratch.plain SET amount = 0 WHERE CURRENT OF c")
                        .inside("DECLARE c CURSOR FOR SELECT id FROM scratch.plain FOR UPDATE", "FETCH c"),
                of(family, "close", "CLOSE c").inside(declare),
                of(family, "close held cursor", "CLOSE h").session(hold),
                of(family, "close all", "CLOSE ALL"));
    }

    private static List<StatementClass> copies() {
        String family = "COPY";
        return List.of(
                of(family, "copy to, query message", "COPY guarded.invoice TO STDOUT")
                        .sentAs(SIMPLE),
                of(family, "copy to", "COPY guarded.invoice TO STDOUT"),
                of(family, "copy query to, query message", "COPY (SELECT id FROM guarded.invoice) TO STDOUT")
                        .sentAs(SIMPLE),
                of(family, "copy query to", "COPY (SELECT id FROM guarded.invoice) TO STDOUT"),
                of(family, "copy from, query message", "COPY scratch.plain FROM STDIN")
                        .sentAs(SIMPLE)
                        .copies("7\ta\t70\n8\ta\t80\n"),
                of(family, "copy from", "COPY scratch.plain FROM STDIN").copies("7\ta\t70\n8\ta\t80\n"),
                of(family, "copy from into protected, query message", "COPY guarded.invoice FROM STDIN")
                        .sentAs(SIMPLE)
                        .copies("7\ta\t70\n"),
                of(family, "copy from freeze", "COPY scratch.made FROM STDIN WITH (FREEZE)")
                        .sentAs(SIMPLE)
                        .inside("CREATE TABLE scratch.made (id int, tenant_id text, amount int)")
                        .copies("7\ta\t70\n"),
                of(family, "copy to program", "COPY scratch.plain TO PROGRAM 'cat > /dev/null'")
                        .as(SUPER));
    }

    private static List<StatementClass> explains() {
        String family = "EXPLAIN";
        return List.of(
                of(family, "explain", "EXPLAIN (COSTS OFF) SELECT * FROM scratch.plain"),
                of(
                        family,
                        "explain analyze",
                        "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF) SELECT amount FROM guarded.invoice"),
                of(
                                family,
                                "explain analyze insert",
                                "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF) INSERT INTO scratch.log SELECT"
                                        + " amount FROM guarded.invoice")
                        .probe(LOGGED),
                of(
                                family,
                                "explain analyze create table as",
                                "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF) CREATE TABLE scratch.made AS"
                                        + " SELECT amount FROM guarded.invoice")
                        .probe(MADE),
                of(family, "explain execute", "EXPLAIN (COSTS OFF) EXECUTE q")
                        .session("PREPARE q AS SELECT id FROM scratch.plain"));
    }

    private static List<StatementClass> tablesFromQueries() {
        String family = "Tables made from queries";
        return List.of(
                of(family, "create table as", "CREATE TABLE scratch.made AS SELECT * FROM guarded.invoice")
                        .probe(MADE),
                of(
                                family,
                                "create table as, no data",
                                "CREATE TABLE scratch.made AS SELECT * FROM guarded.invoice WITH NO DATA")
                        .probe(MADE),
                of(
                                family,
                                "create table if not exists as",
                                "CREATE TABLE IF NOT EXISTS scratch.made AS SELECT * FROM guarded.invoice")
                        .probe(MADE),
                of(family, "create table as execute", "CREATE TABLE scratch.made AS EXECUTE q")
                        .session("PREPARE q AS SELECT * FROM guarded.invoice")
                        .probe(MADE),
                of(family, "create temp table as", "CREATE TEMP TABLE made AS SELECT * FROM guarded.invoice")
                        .probe("SELECT count(*) FROM pg_temp.made"),
                of(
                        family,
                        "create temp table as, on commit drop",
                        "CREATE TEMP TABLE made ON COMMIT DROP AS SELECT * FROM guarded.invoice"),
                of(family, "create unlogged table as", "CREATE UNLOGGED TABLE scratch.made AS TABLE guarded.invoice")
                        .probe(MADE),
                of(family, "select into", "SELECT * INTO scratch.made FROM guarded.invoice")
                        .probe(MADE),
                of(family, "select into temp", "SELECT * INTO TEMP made FROM guarded.invoice")
                        .probe("SELECT count(*) FROM pg_temp.made"),
                of(
                                family,
                                "create materialized view",
                                "CREATE MATERIALIZED VIEW scratch.made AS SELECT * FROM guarded.invoice")
                        .probe(MADE),
                of(
                        family,
                        "create materialized view, no data",
                        "CREATE MATERIALIZED VIEW scratch.made AS SELECT * FROM guarded.invoice WITH NO DATA"),
                of(family, "refresh materialized view", "REFRESH MATERIALIZED VIEW scratch.totals")
                        .probe("SELECT count(*) FROM scratch.totals"),
                of(
                                family,
                                "refresh materialized view concurrently",
                                "REFRESH MATERIALIZED VIEW CONCURRENTLY scratch.totals")
                        .probe("SELECT count(*) FROM scratch.totals"),
                of(
                        family,
                        "refresh materialized view, no data",
                        "REFRESH MATERIALIZED VIEW scratch.totals WITH NO DATA"));
    }

    private static List<StatementClass> tables() {
        String family = "Tables and indexes";
        return List.of(
                of(family, "create table", "CREATE TABLE scratch.made (id serial PRIMARY KEY, x text)"),
                of(family, "create table if not exists", "CREATE TABLE IF NOT EXISTS scratch.plain (id int)"),
                of(family, "create temp table", "CREATE TEMP TABLE made (id int)"),
                of(family, "create temp table, on commit drop", "CREATE TEMP TABLE made (id int) ON COMMIT DROP"),
                of(
                        family,
                        "create table partition of",
                        "CREATE TABLE scratch.made PARTITION OF scratch.parted DEFAULT"),
                of(family, "alter table add column", "ALTER TABLE scratch.plain ADD COLUMN x int DEFAULT 1"),
                of(
                                family,
                                "alter table add column, default reads",
                                "ALTER TABLE scratch.plain ADD COLUMN x int DEFAULT scratch.visible()")
                        .probe("SELECT max(x) FROM scratch.plain"),
                of(
                                family,
                                "alter table type using, reads",
                                "ALTER TABLE scratch.plain ALTER COLUMN amount TYPE bigint USING scratch.visible()")
                        .probe("SELECT max(amount) FROM scratch.plain"),
                of(family, "alter table alter type", "ALTER TABLE scratch.plain ALTER COLUMN amount TYPE bigint"),
                of(family, "alter table drop column", "ALTER TABLE scratch.plain DROP COLUMN amount"),
                of(family, "alter table rename", "ALTER TABLE scratch.plain RENAME TO renamed"),
                of(family, "alter table add check", "ALTER TABLE scratch.plain ADD CHECK (amount > 0)"),
                of(
                        family,
                        "alter table add check, reads",
                        "ALTER TABLE scratch.plain ADD CHECK (amount > 0 AND scratch.visible() = 3)"),
                of(
                                family,
                                "alter table validate constraint, reads",
                                "ALTER TABLE scratch.plain VALIDATE CONSTRAINT late")
                        .session(
                                "ALTER TABLE scratch.plain ADD CONSTRAINT late CHECK (scratch.visible() = 3) NOT VALID"),
                of(
                        family,
                        "alter table add foreign key",
                        "ALTER TABLE scratch.plain ADD FOREIGN KEY (id) REFERENCES guarded.invoice"),
                of(
                                family,
                                "alter protected table add foreign key",
                                "ALTER TABLE guarded.invoice ADD FOREIGN KEY (id) REFERENCES guarded.few")
                        .as(OWNER)
                        .session(
                                "CREATE TABLE guarded.few AS SELECT 1 AS id",
                                "ALTER TABLE guarded.few ADD PRIMARY KEY (id)"),
                of(family, "alter protected table add check", "ALTER TABLE guarded.invoice ADD CHECK (amount < 35)")
                        .as(OWNER),
                of(family, "alter protected table add column", "ALTER TABLE guarded.invoice ADD COLUMN x int DEFAULT 1")
                        .as(OWNER),
                of(
                                family,
                                "alter protected table disable row security",
                                "ALTER TABLE guarded.invoice DISABLE ROW LEVEL SECURITY")
                        .as(OWNER),
                of(
                        family,
                        "alter table attach partition",
                        "ALTER TABLE scratch.parted ATTACH PARTITION scratch.parted_z FOR VALUES IN ('z')"),
                of(
                        family,
                        "alter table detach partition",
                        "ALTER TABLE scratch.parted DETACH PARTITION scratch.parted_x"),
                of(
                        family,
                        "alter table detach partition concurrently",
                        "ALTER TABLE scratch.parted DETACH PARTITION scratch.parted_x CONCURRENTLY"),
                of(
                        family,
                        "alter table detach partition finalize",
                        "ALTER TABLE scratch.parted DETACH PARTITION scratch.parted_x FINALIZE"),
                of(family, "alter table set schema", "ALTER TABLE guarded.invoice SET SCHEMA guarded")
                        .as(OWNER),
                of(
                                family,
                                "alter table all in tablespace",
                                "ALTER TABLE ALL IN TABLESPACE pg_default SET TABLESPACE pg_default")
                        .as(SUPER),
                of(family, "drop table", "DROP TABLE scratch.log"),
                of(family, "drop table if exists", "DROP TABLE IF EXISTS scratch.missing"),
                of(family, "drop table cascade", "DROP TABLE scratch.plain CASCADE"),
                of(family, "create index", "CREATE INDEX made ON scratch.plain (amount)"),
                of(
                                family,
                                "create index, reads",
                                "CREATE INDEX made ON scratch.plain (scratch.visible_as_if_constant(id)) WHERE"
                                        + " scratch.visible_as_if_constant(id) > 0")
                        .probe("SELECT reltuples FROM pg_class WHERE relname = 'made'"),
                of(family, "create index concurrently", "CREATE INDEX CONCURRENTLY made ON scratch.plain (amount)"),
                of(
                        family,
                        "create unique index concurrently",
                        "CREATE UNIQUE INDEX CONCURRENTLY made ON scratch.plain (id, amount)"),
                of(family, "alter index", "ALTER INDEX scratch.plain_amount SET (fillfactor = 50)"),
                of(family, "drop index", "DROP INDEX scratch.plain_amount"),
                of(family, "drop index concurrently", "DROP INDEX CONCURRENTLY scratch.plain_amount"),
                of(family, "create view", "CREATE VIEW scratch.made AS SELECT * FROM guarded.invoice"),
                of(
                        family,
                        "create or replace view",
                        "CREATE OR REPLACE VIEW scratch.invoices AS SELECT * FROM guarded.invoice"),
                of(family, "create recursive view", "CREATE RECURSIVE VIEW scratch.made (n) AS SELECT 1"),
                of(family, "alter view", "ALTER VIEW scratch.invoices ALTER COLUMN amount SET DEFAULT 0"),
                of(family, "drop view", "DROP VIEW scratch.invoices"),
                of(family, "alter materialized view", "ALTER MATERIALIZED VIEW scratch.totals CLUSTER ON totals_id"),
                of(family, "drop materialized view", "DROP MATERIALIZED VIEW scratch.totals"),
                of(family, "create sequence", "CREATE SEQUENCE scratch.made"),
                of(family, "alter sequence", "ALTER SEQUENCE scratch.numbers RESTART WITH 10"),
                of(family, "drop sequence", "DROP SEQUENCE scratch.numbers"),
                of(family, "create statistics", "CREATE STATISTICS scratch.made ON id, amount FROM scratch.plain"),
                of(family, "alter statistics", "ALTER STATISTICS scratch.stats SET STATISTICS 50"),
                of(family, "drop statistics", "DROP STATISTICS scratch.stats"));
    }

    private static List<StatementClass> otherObjects() {
        String family = "Other objects";
        return List.of(
                of(family, "create schema", "CREATE SCHEMA made"),
                of(family, "create schema with elements", "CREATE SCHEMA made CREATE TABLE t (id int)"),
                of(family, "alter schema", "ALTER SCHEMA scratch RENAME TO renamed"),
                of(family, "drop schema", "DROP SCHEMA scratch CASCADE"),
                of(family, "create type", "CREATE TYPE scratch.made AS (x int, y int)"),
                of(family, "create type as enum", "CREATE TYPE scratch.made AS ENUM ('x')"),
                of(family, "create type as range", "CREATE TYPE scratch.made AS RANGE (SUBTYPE = int)"),
                of(family, "alter type add value", "ALTER TYPE scratch.colour ADD VALUE 'blue'"),
                of(
                        family,
                        "alter type add value if not exists",
                        "ALTER TYPE scratch.colour ADD VALUE IF NOT EXISTS 'red'"),
                of(family, "alter type rename value", "ALTER TYPE scratch.colour RENAME VALUE 'red' TO 'pink'"),
                of(family, "alter type add attribute", "ALTER TYPE scratch.pair ADD ATTRIBUTE z int"),
                of(family, "drop type", "DROP TYPE scratch.colour"),
                of(family, "create domain", "CREATE DOMAIN scratch.made AS int CHECK (value > 0)"),
                of(family, "alter domain", "ALTER DOMAIN scratch.positive ADD CHECK (value < 1000)"),
                of(family, "drop domain", "DROP DOMAIN scratch.positive"),
                of(family, "create function", "CREATE FUNCTION scratch.made() RETURNS int LANGUAGE sql AS 'SELECT 1'"),
                of(
                        family,
                        "create function, body parsed",
                        "CREATE FUNCTION scratch.made() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM"
                                + " guarded.invoice; END"),
                of(family, "create procedure", "CREATE PROCEDURE scratch.made() LANGUAGE plpgsql AS 'BEGIN END'"),
                of(family, "alter function", "ALTER FUNCTION scratch.visible() STABLE"),
                of(family, "alter procedure", "ALTER PROCEDURE scratch.nothing() RENAME TO renamed"),
                of(family, "alter routine", "ALTER ROUTINE scratch.nothing() RENAME TO renamed"),
                of(family, "drop function", "DROP FUNCTION scratch.visible()"),
                of(family, "drop procedure", "DROP PROCEDURE scratch.nothing()"),
                of(family, "drop routine", "DROP ROUTINE scratch.nothing()"),
                of(
                        family,
                        "create aggregate",
                        "CREATE AGGREGATE scratch.made(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0')"),
                of(family, "alter aggregate", "ALTER AGGREGATE scratch.made(int) RENAME TO renamed")
                        .session("CREATE AGGREGATE scratch.made(int) (SFUNC = int4pl, STYPE = int)"),
                of(family, "drop aggregate", "DROP AGGREGATE scratch.made(int)")
                        .session("CREATE AGGREGATE scratch.made(int) (SFUNC = int4pl, STYPE = int)"),
                of(
                        family,
                        "create trigger",
                        "CREATE TRIGGER made AFTER INSERT ON scratch.plain EXECUTE FUNCTION scratch.count_into_log()"),
                of(family, "alter trigger", "ALTER TRIGGER truncating_log ON scratch.truncating RENAME TO renamed"),
                of(family, "drop trigger", "DROP TRIGGER truncating_log ON scratch.truncating"),
                of(
                        family,
                        "create rule",
                        "CREATE RULE made AS ON INSERT TO scratch.ruled DO INSTEAD SELECT * FROM guarded.invoice"),
                of(family, "alter rule", "ALTER RULE ruled_nothing ON scratch.ruled RENAME TO renamed"),
                of(family, "drop rule", "DROP RULE ruled_nothing ON scratch.ruled"),
                of(family, "create policy", "CREATE POLICY made ON scratch.plain USING (true)"),
                of(family, "alter policy", "ALTER POLICY tenant ON guarded.invoice USING (true)")
                        .as(OWNER),
                of(family, "drop policy", "DROP POLICY tenant ON guarded.invoice")
                        .as(OWNER),
                of(
                        family,
                        "create operator",
                        "CREATE OPERATOR scratch.### (LEFTARG = int, RIGHTARG = int, FUNCTION = int4pl)"),
                of(family, "alter operator", "ALTER OPERATOR scratch.### (int, int) SET (RESTRICT = NONE)")
                        .session("CREATE OPERATOR scratch.### (LEFTARG = int, RIGHTARG = int, FUNCTION = int4pl)"),
                of(family, "drop operator", "DROP OPERATOR scratch.### (int, int)")
                        .session("CREATE OPERATOR scratch.### (LEFTARG = int, RIGHTARG = int, FUNCTION = int4pl)"),
                of(family, "create operator family", "CREATE OPERATOR FAMILY scratch.made USING btree")
                        .as(SUPER),
                of(
                                family,
                                "create operator class",
                                "CREATE OPERATOR CLASS scratch.made FOR TYPE int USING btree AS OPERATOR 1 <,"
                                        + " OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1"
                                        + " btint4cmp(int, int)")
                        .as(SUPER),
                of(family, "create cast", "CREATE CAST (scratch.pair AS text) WITH INOUT"),
                of(family, "drop cast", "DROP CAST IF EXISTS (scratch.pair AS text)"),
                of(family, "create collation", "CREATE COLLATION scratch.made FROM \"C\""),
                of(
                        family,
                        "create conversion",
                        "CREATE CONVERSION scratch.made FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8"),
                of(
                        family,
                        "create text search configuration",
                        "CREATE TEXT SEARCH CONFIGURATION scratch.made (COPY = pg_catalog.simple)"),
                of(
                        family,
                        "create text search dictionary",
                        "CREATE TEXT SEARCH DICTIONARY scratch.made (TEMPLATE = pg_catalog.simple)"),
                of(family, "create access method", "CREATE ACCESS METHOD made TYPE TABLE HANDLER heap_tableam_handler")
                        .as(SUPER),
                of(
                                family,
                                "create language",
                                "CREATE LANGUAGE made HANDLER plpgsql_call_handler INLINE plpgsql_inline_handler"
                                        + " VALIDATOR plpgsql_validator")
                        .as(SUPER),
                of(family, "drop transform", "DROP TRANSFORM IF EXISTS FOR int LANGUAGE sql")
                        .as(SUPER),
                of(family, "create extension", "CREATE EXTENSION file_fdw").as(SUPER),
                of(family, "alter extension", "ALTER EXTENSION postgres_fdw UPDATE")
                        .as(SUPER),
                of(family, "drop extension", "DROP EXTENSION postgres_fdw CASCADE")
                        .as(SUPER),
                of(
                                family,
                                "create event trigger",
                                "CREATE EVENT TRIGGER made ON ddl_command_end EXECUTE FUNCTION scratch.made()")
                        .as(SUPER)
                        .session(
                                "CREATE FUNCTION scratch.made() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'"),
                of(family, "create foreign data wrapper", "CREATE FOREIGN DATA WRAPPER made")
                        .as(SUPER),
                of(family, "create server", "CREATE SERVER made FOREIGN DATA WRAPPER postgres_fdw")
                        .as(SUPER),
                of(family, "alter server", "ALTER SERVER self OPTIONS (ADD fetch_size '10')")
                        .as(SUPER),
                of(family, "drop server", "DROP SERVER self CASCADE").as(SUPER),
                of(family, "create user mapping", "CREATE USER MAPPING FOR tw_classes_app SERVER self")
                        .as(SUPER),
                of(
                                family,
                                "create foreign table",
                                "CREATE FOREIGN TABLE scratch.made (id int) SERVER self OPTIONS (schema_name 'scratch',"
                                        + " table_name 'plain')")
                        .as(SUPER),
                of(family, "import foreign schema", "IMPORT FOREIGN SCHEMA guarded FROM SERVER self INTO scratch")
                        .as(SUPER),
                of(family, "create publication", "CREATE PUBLICATION made FOR TABLE scratch.plain"),
                of(family, "create publication for all tables", "CREATE PUBLICATION made FOR ALL TABLES")
                        .as(SUPER),
                of(family, "alter publication", "ALTER PUBLICATION news ADD TABLE scratch.log")
                        .as(SUPER),
                of(family, "drop publication", "DROP PUBLICATION news").as(SUPER),
                of(
                                family,
                                "create subscription, connect = false",
                                "CREATE SUBSCRIPTION tw_classes_made CONNECTION 'host=127.0.0.1 dbname=none' PUBLICATION"
                                        + " news WITH (connect = false)")
                        .as(SUPER)
                        .cleanup(REMOVE_SUBSCRIPTION),
                of(family, "alter subscription", "ALTER SUBSCRIPTION tw_classes_made SET (slot_name = NONE)")
                        .as(SUPER)
                        .session(SUBSCRIPTION)
                        .cleanup(REMOVE_SUBSCRIPTION),
                of(
                                family,
                                "alter subscription refresh publication",
                                "ALTER SUBSCRIPTION tw_classes_made REFRESH PUBLICATION")
                        .as(SUPER)
                        .session(SUBSCRIPTION)
                        .cleanup(REMOVE_SUBSCRIPTION),
                of(
                                family,
                                "alter subscription set publication",
                                "ALTER SUBSCRIPTION tw_classes_made SET PUBLICATION other WITH (refresh = true)")
                        .as(SUPER)
                        .session(SUBSCRIPTION, "ALTER SUBSCRIPTION tw_classes_made SET (slot_name = NONE)")
                        .cleanup(REMOVE_SUBSCRIPTION),
                of(family, "drop subscription", "DROP SUBSCRIPTION tw_classes_made")
                        .as(SUPER)
                        .session(SUBSCRIPTION, "ALTER SUBSCRIPTION tw_classes_made SET (slot_name = NONE)")
                        .cleanup(REMOVE_SUBSCRIPTION),
                of(family, "alter large object", "ALTER LARGE OBJECT 4711 OWNER TO tw_classes_app"),
                of(family, "comment", "COMMENT ON TABLE scratch.plain IS 'text'"),
                of(family, "comment on database", "COMMENT ON DATABASE " + Fixture.DATABASE + " IS 'text'")
                        .as(SUPER),
                of(family, "security label", "SECURITY LABEL ON TABLE scratch.plain IS 'text'"));
    }

    private static final String SUBSCRIPTION = "CREATE SUBSCRIPTION tw_classes_made CONNECTION 'host=127.0.0.1"
            + " dbname=none' PUBLICATION news WITH (connect = false)";
    private static final String[] REMOVE_SUBSCRIPTION = {
        "ALTER SUBSCRIPTION tw_classes_made DISABLE",
        "ALTER SUBSCRIPTION tw_classes_made SET (slot_name = NONE)",
        "DROP SUBSCRIPTION tw_classes_made"
    };

    private static List<StatementClass> rights() {
        String family = "Roles and rights";
        String removeRole = "DROP ROLE IF EXISTS tw_classes_made";
        return List.of(
                of(family, "grant", "GRANT SELECT ON scratch.plain TO tw_classes_owner"),
                of(family, "grant role", "GRANT tw_classes_other TO tw_classes_app")
                        .as(SUPER)
                        .cleanup("REVOKE tw_classes_other FROM tw_classes_app"),
                of(family, "revoke", "REVOKE SELECT ON scratch.plain FROM tw_classes_owner"),
                of(
                        family,
                        "alter default privileges",
                        "ALTER DEFAULT PRIVILEGES IN SCHEMA scratch GRANT SELECT ON TABLES TO tw_classes_owner"),
                of(family, "create role", "CREATE ROLE tw_classes_made")
                        .as(SUPER)
                        .cleanup(removeRole),
                of(family, "create user", "CREATE USER tw_classes_made")
                        .as(SUPER)
                        .cleanup(removeRole),
                of(family, "create group", "CREATE GROUP tw_classes_made")
                        .as(SUPER)
                        .cleanup(removeRole),
                of(family, "alter role", "ALTER ROLE tw_classes_other CONNECTION LIMIT 5")
                        .as(SUPER)
                        .leavesSomething(),
                of(family, "alter role set", "ALTER ROLE tw_classes_other SET app.tenant_id = 'a'")
                        .as(SUPER)
                        .cleanup("ALTER ROLE tw_classes_other RESET ALL"),
                of(family, "alter user", "ALTER USER tw_classes_other VALID UNTIL 'infinity'")
                        .as(SUPER),
                of(family, "alter group", "ALTER GROUP tw_classes_other ADD USER tw_classes_app")
                        .as(SUPER)
                        .cleanup("REVOKE tw_classes_other FROM tw_classes_app"),
                of(family, "drop role", "DROP ROLE tw_classes_made")
                        .as(SUPER)
                        .session("CREATE ROLE tw_classes_made")
                        .cleanup(removeRole),
                of(family, "reassign owned", "REASSIGN OWNED BY tw_classes_app TO tw_classes_owner")
                        .as(SUPER)
                        .leavesSomething(),
                of(family, "drop owned", "DROP OWNED BY tw_classes_app").as(SUPER));
    }

    private static List<StatementClass> maintenance() {
        String family = "Maintenance";
        return List.of(
                of(family, "vacuum", "VACUUM scratch.plain"),
                of(family, "vacuum full", "VACUUM FULL scratch.plain"),
                of(family, "vacuum analyze", "VACUUM (ANALYZE) scratch.plain"),
                of(family, "vacuum everything", "VACUUM").as(SUPER),
                of(family, "analyze", "ANALYZE scratch.plain"),
                of(family, "analyze protected table", "ANALYZE guarded.invoice").as(OWNER),
                of(family, "analyze two tables", "ANALYZE scratch.plain, scratch.log"),
                of(family, "analyze everything", "ANALYZE").as(SUPER),
                of(family, "cluster", "CLUSTER scratch.plain USING plain_amount"),
                of(family, "cluster everything", "CLUSTER"),
                of(family, "reindex index", "REINDEX INDEX scratch.plain_amount"),
                of(family, "reindex table", "REINDEX TABLE scratch.plain"),
                of(family, "reindex table, partitioned", "REINDEX TABLE scratch.parted"),
                of(family, "reindex index concurrently", "REINDEX INDEX CONCURRENTLY scratch.plain_amount"),
                of(family, "reindex table concurrently", "REINDEX TABLE CONCURRENTLY scratch.plain"),
                of(family, "reindex (concurrently)", "REINDEX (CONCURRENTLY) TABLE scratch.plain"),
                of(family, "reindex schema", "REINDEX SCHEMA scratch"),
                of(family, "reindex database", "REINDEX DATABASE " + Fixture.DATABASE)
                        .as(SUPER),
                of(family, "reindex system", "REINDEX SYSTEM " + Fixture.DATABASE)
                        .as(SUPER),
                of(family, "checkpoint", "CHECKPOINT").as(SUPER),
                of(family, "load", "LOAD 'auto_explain'").as(SUPER));
    }

    private static List<StatementClass> cluster() {
        String family = "Databases, tablespaces, server";
        String removeDatabase = "DROP DATABASE IF EXISTS tw_classes_made";
        return List.of(
                of(family, "create database", "CREATE DATABASE tw_classes_made")
                        .as(SUPER)
                        .cleanup(removeDatabase),
                of(family, "alter database", "ALTER DATABASE " + Fixture.DATABASE + " CONNECTION LIMIT 100")
                        .as(SUPER),
                of(family, "alter database set", "ALTER DATABASE " + Fixture.DATABASE + " SET work_mem = '5MB'")
                        .as(SUPER),
                of(family, "alter database rename", "ALTER DATABASE tw_classes_made RENAME TO tw_classes_renamed")
                        .as(SUPER)
                        .session("CREATE DATABASE tw_classes_made")
                        .cleanup(removeDatabase, "DROP DATABASE IF EXISTS tw_classes_renamed"),
                of(family, "alter database set tablespace", "ALTER DATABASE tw_classes_made SET TABLESPACE pg_default")
                        .as(SUPER)
                        .session("CREATE DATABASE tw_classes_made")
                        .cleanup(removeDatabase),
                of(family, "drop database", "DROP DATABASE tw_classes_made")
                        .as(SUPER)
                        .session("CREATE DATABASE tw_classes_made")
                        .cleanup(removeDatabase),
                of(family, "drop database if exists", "DROP DATABASE IF EXISTS tw_classes_missing")
                        .as(SUPER),
                of(family, "create tablespace", "CREATE TABLESPACE tw_classes_made LOCATION ''")
                        .as(SUPER)
                        .session("SET allow_in_place_tablespaces = on")
                        .since(15)
                        .cleanup("DROP TABLESPACE IF EXISTS tw_classes_made"),
                of(family, "create tablespace, bad location", "CREATE TABLESPACE tw_classes_made LOCATION 'relative'")
                        .as(SUPER),
                of(family, "alter tablespace", "ALTER TABLESPACE pg_default SET (random_page_cost = 4)")
                        .as(SUPER)
                        .cleanup("ALTER TABLESPACE pg_default RESET (random_page_cost)"),
                of(family, "drop tablespace", "DROP TABLESPACE IF EXISTS tw_classes_missing")
                        .as(SUPER),
                of(family, "alter system", "ALTER SYSTEM SET tw_classes.made = '1'")
                        .as(SUPER)
                        .session("SET tw_classes.made = '1'")
                        .leavesSomething()
                        .cleanup("ALTER SYSTEM RESET tw_classes.made"),
                of(family, "alter system reset", "ALTER SYSTEM RESET work_mem").as(SUPER));
    }

    private static List<StatementClass> settings() {
        String family = "Settings and session";
        return List.of(
                of(family, "set", "SET work_mem = '5MB'"),
                of(family, "set, reported to the client", "SET application_name = 'other'"),
                of(family, "set time zone", "SET TIME ZONE 'Europe/Berlin'"),
                of(family, "set search_path", "SET search_path = guarded"),
                of(family, "set local", "SET LOCAL work_mem = '5MB'"),
                of(family, "set session characteristics", "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"),
                of(family, "set names", "SET NAMES 'UTF8'"),
                of(family, "set role", "SET ROLE tw_classes_group"),
                of(family, "set local role", "SET LOCAL ROLE tw_classes_group"),
                of(family, "reset role", "RESET ROLE").session("SET ROLE tw_classes_group"),
                of(family, "set session authorization", "SET SESSION AUTHORIZATION tw_classes_app"),
                of(family, "set session authorization, other", "SET SESSION AUTHORIZATION tw_classes_app")
                        .as(SUPER),
                of(family, "reset session authorization", "RESET SESSION AUTHORIZATION"),
                of(family, "show", "SHOW work_mem"),
                of(family, "show read-only setting", "SHOW server_version_num"),
                of(family, "reset", "RESET work_mem"),
                of(family, "reset all", "RESET ALL"),
                of(family, "discard all", "DISCARD ALL"),
                of(family, "discard plans", "DISCARD PLANS"),
                of(family, "discard sequences", "DISCARD SEQUENCES"),
                of(family, "discard temp", "DISCARD TEMP"),
                of(family, "set constraints", "SET CONSTRAINTS ALL DEFERRED"),
                of(family, "set constraints immediate, trigger reads", "SET CONSTRAINTS ALL IMMEDIATE")
                        .inside("INSERT INTO scratch.deferring VALUES (1)")
                        .probe(LOGGED),
                of(family, "set transaction isolation level", "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"),
                of(family, "set transaction read only", "SET TRANSACTION READ ONLY"),
                of(family, "set transaction read write", "SET TRANSACTION READ WRITE"),
                of(family, "set transaction deferrable", "SET TRANSACTION DEFERRABLE"),
                of(family, "set transaction snapshot", "SET TRANSACTION SNAPSHOT '00000000-00000000-1'"),
                of(family, "set local transaction_isolation", "SET LOCAL transaction_isolation = 'repeatable read'"),
                of(family, "listen", "LISTEN news"),
                of(family, "notify", "NOTIFY news, 'text'").session("LISTEN news"),
                of(family, "unlisten", "UNLISTEN *").session("LISTEN news"));
    }

    private static List<StatementClass> transactions() {
        String family = "Transaction control";
        String deferred = "INSERT INTO scratch.deferring VALUES (1)";
        String insert = "INSERT INTO scratch.log VALUES (1)";
        String prepare = "PREPARE TRANSACTION 'tw_classes'";
        String forget = "ROLLBACK PREPARED 'tw_classes'";
        return List.of(
                of(family, "begin", "BEGIN"),
                of(family, "begin isolation level", "BEGIN ISOLATION LEVEL SERIALIZABLE"),
                of(family, "begin read only", "BEGIN READ ONLY"),
                of(family, "start transaction", "START TRANSACTION"),
                of(family, "start transaction isolation level", "START TRANSACTION ISOLATION LEVEL REPEATABLE READ"),
                of(family, "commit", "COMMIT").inside(insert).probe(LOGGED),
                of(family, "commit, deferred trigger reads", "COMMIT")
                        .inside(deferred)
                        .probe(LOGGED),
                of(family, "end", "END").inside(insert).probe(LOGGED),
                of(family, "commit and chain", "COMMIT AND CHAIN")
                        .inside(insert)
                        .probe(LOGGED)
                        .leavesSomething(),
                of(family, "rollback", "ROLLBACK").inside(insert).probe(LOGGED),
                of(family, "abort", "ABORT").inside(insert).probe(LOGGED),
                of(family, "rollback and chain", "ROLLBACK AND CHAIN")
                        .inside(insert)
                        .probe(LOGGED),
                of(family, "commit of failed transaction", "COMMIT").inside("SELECT 1 / 0"),
                of(family, "rollback of failed transaction", "ROLLBACK").inside("SELECT 1 / 0"),
                of(family, "select in failed transaction", "SELECT 1").inside("SELECT 1 / 0"),
                of(family, "rollback to savepoint of failed transaction", "ROLLBACK TO SAVEPOINT s")
                        .inside("SAVEPOINT s", "SELECT 1 / 0"),
                of(family, "savepoint", "SAVEPOINT s"),
                of(family, "release savepoint", "RELEASE SAVEPOINT s").inside("SAVEPOINT s", insert),
                of(family, "rollback to savepoint", "ROLLBACK TO SAVEPOINT s")
                        .inside("SAVEPOINT s", insert)
                        .probe(LOGGED),
                of(family, "prepare transaction", prepare).inside(insert).cleanup(forget),
                of(family, "prepare transaction, deferred trigger reads", prepare)
                        .inside(deferred)
                        .cleanup(forget),
                of(family, "commit prepared", "COMMIT PREPARED 'tw_classes'")
                        .session("BEGIN", insert, prepare)
                        .probe(LOGGED)
                        .cleanup(forget),
                of(family, "rollback prepared", forget)
                        .session("BEGIN", insert, prepare)
                        .probe(LOGGED)
                        .cleanup(forget));
    }

    private static List<StatementClass> misc() {
        String family = "Rest";
        return List.of(
                of(family, "empty statement", ""),
                of(family, "comment only", "/* nothing */"),
                of(family, "lock table", "LOCK TABLE guarded.invoice"),
                of(family, "lock table nowait", "LOCK TABLE scratch.plain IN EXCLUSIVE MODE NOWAIT"),
                of(family, "statement that does not parse", "SELEC 1"));
    }
}
