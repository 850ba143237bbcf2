package io.tenantwarden.tests.classes;

import io.tenantwarden.testing.PostgresServer;
import java.io.IOException;
import java.util.List;

/**
 * The database that every example starts from: protected tables that belong to {@code tw_classes_owner}, and a scratch
 * schema that belongs to {@code tw_classes_app}. Three rows belong to tenant {@code a}, two to {@code b}. It is
 * brought back whenever an example has changed something. Not thread-safe.
 */
final class Fixture implements AutoCloseable {

    static final String DATABASE = "tw_classes";
    private static final String TEMPLATE = "tw_classes_template";
    private static final String GRANT = "GRANT CREATE ON DATABASE " + DATABASE + " TO tw_classes_app";

    private final int port;
    private final WireClient admin;
    private WireClient inside;

    Fixture(PostgresServer server) throws IOException {
        port = server.port();
        admin = new WireClient(port, "postgres", "postgres");
        for (String sql : List.of(
                "CREATE ROLE tw_classes_owner LOGIN NOSUPERUSER NOBYPASSRLS",
                "CREATE ROLE tw_classes_app LOGIN NOSUPERUSER NOBYPASSRLS",
                "CREATE ROLE tw_classes_super LOGIN SUPERUSER",
                "CREATE ROLE tw_classes_group NOLOGIN",
                "CREATE ROLE tw_classes_other NOLOGIN",
                "GRANT tw_classes_group TO tw_classes_app",
                "ALTER ROLE tw_classes_owner SET search_path = scratch, guarded, public",
                "ALTER ROLE tw_classes_app SET search_path = scratch, guarded, public",
                "ALTER ROLE tw_classes_super SET search_path = scratch, guarded, public",
                "ALTER ROLE tw_classes_app SET statement_timeout = '30s'",
                "ALTER ROLE tw_classes_owner SET statement_timeout = '30s'",
                "ALTER ROLE tw_classes_super SET statement_timeout = '30s'",
                "CREATE DATABASE " + TEMPLATE)) {
            must(admin, sql);
        }
        try (WireClient template = new WireClient(port, TEMPLATE, "postgres")) {
            for (String sql : superuserObjects()) {
                must(template, sql);
            }
            must(template, String.join(";", tables()));
        }
        create();
    }

    private void create() throws IOException {
        must(admin, "CREATE DATABASE " + DATABASE + " TEMPLATE " + TEMPLATE);
        inside = new WireClient(port, DATABASE, "postgres");
        must(inside, GRANT);
    }

    /** What only a new database brings back. */
    private List<String> superuserObjects() {
        return List.of(
                "CREATE EXTENSION postgres_fdw",
                "CREATE SERVER self FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '" + port
                        + "', dbname '" + TEMPLATE + "')",
                "CREATE USER MAPPING FOR PUBLIC SERVER self OPTIONS (user 'postgres', password_required 'false')");
    }

    /** What can be laid out anew in the same database. */
    private static List<String> tables() {
        return List.of(
                "CREATE SCHEMA guarded AUTHORIZATION tw_classes_owner",
                "CREATE SCHEMA scratch AUTHORIZATION tw_classes_app",
                "GRANT USAGE ON SCHEMA guarded TO tw_classes_app",
                "SET ROLE tw_classes_owner",
                "CREATE TABLE guarded.invoice (id int PRIMARY KEY, tenant_id text NOT NULL, amount int NOT NULL)",
                "INSERT INTO guarded.invoice VALUES (1,'a',10),(2,'a',20),(3,'a',30),(4,'b',40),(5,'b',50)",
                "ALTER TABLE guarded.invoice ENABLE ROW LEVEL SECURITY",
                "ALTER TABLE guarded.invoice FORCE ROW LEVEL SECURITY",
                "CREATE POLICY tenant ON guarded.invoice USING"
                        + " (tenant_id = nullif(current_setting('app.tenant_id', true), ''))",
                "GRANT ALL ON guarded.invoice TO tw_classes_app",
                "SET ROLE tw_classes_app",
                "CREATE TABLE scratch.plain (id int PRIMARY KEY, tenant_id text, amount int NOT NULL)",
                "INSERT INTO scratch.plain VALUES (1,'a',10),(2,'a',20),(3,'a',30)",
                "CREATE INDEX plain_amount ON scratch.plain (amount)",
                "ALTER TABLE scratch.plain CLUSTER ON plain_amount",
                "CREATE TABLE scratch.log (n int)",
                "CREATE TABLE scratch.child (id int PRIMARY KEY, plain_id int CONSTRAINT child_plain"
                        + " REFERENCES scratch.plain DEFERRABLE INITIALLY DEFERRED)",
                "CREATE TABLE scratch.parted (id int, region text) PARTITION BY LIST (region)",
                "CREATE TABLE scratch.parted_x PARTITION OF scratch.parted FOR VALUES IN ('x')",
                "CREATE TABLE scratch.parted_y PARTITION OF scratch.parted FOR VALUES IN ('y')",
                "CREATE TABLE scratch.parted_z (id int, region text)",
                "CREATE TYPE scratch.colour AS ENUM ('red', 'green')",
                "CREATE TYPE scratch.pair AS (x int, y int)",
                "CREATE DOMAIN scratch.positive AS int CHECK (value > 0)",
                "CREATE SEQUENCE scratch.numbers",
                "CREATE VIEW scratch.invoices AS SELECT * FROM guarded.invoice",
                "CREATE MATERIALIZED VIEW scratch.totals AS SELECT id, amount FROM guarded.invoice",
                "CREATE UNIQUE INDEX totals_id ON scratch.totals (id)",
                "CREATE STATISTICS scratch.stats ON id, amount FROM scratch.plain",
                "CREATE FUNCTION scratch.visible() RETURNS int LANGUAGE sql VOLATILE"
                        + " AS 'SELECT count(*)::int FROM guarded.invoice'",
                "CREATE FUNCTION scratch.visible_as_if_constant(int) RETURNS int LANGUAGE plpgsql IMMUTABLE"
                        + " AS 'BEGIN RETURN (SELECT count(*) FROM guarded.invoice); END'",
                "CREATE PROCEDURE scratch.copy_rows() LANGUAGE plpgsql"
                        + " AS 'BEGIN INSERT INTO scratch.log SELECT amount FROM guarded.invoice; END'",
                "CREATE PROCEDURE scratch.copy_rows_commit_last() LANGUAGE plpgsql"
                        + " AS 'BEGIN INSERT INTO scratch.log SELECT amount FROM guarded.invoice; COMMIT; END'",
                "CREATE PROCEDURE scratch.copy_rows_commit_first() LANGUAGE plpgsql"
                        + " AS 'BEGIN COMMIT; INSERT INTO scratch.log SELECT amount FROM guarded.invoice; END'",
                "CREATE PROCEDURE scratch.nothing() LANGUAGE plpgsql AS 'BEGIN END'",
                "CREATE FUNCTION scratch.count_into_log() RETURNS trigger LANGUAGE plpgsql"
                        + " AS 'BEGIN INSERT INTO scratch.log SELECT amount FROM guarded.invoice; RETURN NULL; END'",
                "CREATE TABLE scratch.deferring (id int)",
                "CREATE CONSTRAINT TRIGGER deferring_log AFTER INSERT ON scratch.deferring"
                        + " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION scratch.count_into_log()",
                "CREATE TABLE scratch.truncating (id int)",
                "CREATE TRIGGER truncating_log AFTER TRUNCATE ON scratch.truncating"
                        + " FOR EACH STATEMENT EXECUTE FUNCTION scratch.count_into_log()",
                "CREATE TABLE scratch.ruled (id int)",
                "CREATE RULE ruled_nothing AS ON DELETE TO scratch.ruled DO INSTEAD NOTHING",
                "RESET ROLE",
                "GRANT ALL ON ALL TABLES IN SCHEMA scratch TO tw_classes_owner",
                "GRANT USAGE ON SCHEMA scratch TO tw_classes_owner",
                "GRANT CREATE ON SCHEMA guarded TO tw_classes_owner",
                "CREATE PUBLICATION news FOR TABLE scratch.plain",
                "SELECT lo_create(4711)",
                "ALTER LARGE OBJECT 4711 OWNER TO tw_classes_app");
    }

    WireClient connect(StatementClass.Role role) throws IOException {
        return new WireClient(
                port,
                DATABASE,
                switch (role) {
                    case APP -> "tw_classes_app";
                    case OWNER -> "tw_classes_owner";
                    case SUPER -> "tw_classes_super";
                });
    }

    /** A number that grows when some transaction of the server has changed something. */
    String lastChange() throws IOException {
        return must(admin, "SELECT txid_snapshot_xmax(txid_current_snapshot())")
                .lines()
                .get(1);
    }

    /** Undoes what an example of the application or of the owner has done to its objects. */
    void restore() throws IOException {
        if (inside.simple("DROP OWNED BY tw_classes_app, tw_classes_owner CASCADE")
                .exchange()
                .failed()) {
            // servers stumble over default privileges in a schema that goes in the same command
            renew(List.of());
            return;
        }
        must(inside, "DROP PUBLICATION IF EXISTS news");
        must(inside, String.join(";", tables()));
        must(inside, GRANT);
    }

    /** Undoes everything: runs the clean-up of what lies outside the database, and makes a new copy. */
    void renew(List<String> cleanup) throws IOException {
        for (String sql : cleanup) {
            // most remove something that only one of the examples made
            inside.simple(sql).exchange();
        }
        inside.close();
        must(admin, "DROP DATABASE " + DATABASE + " WITH (FORCE)");
        create();
    }

    /** Runs one statement that has to work. */
    static WireClient.Reply must(WireClient client, String sql) throws IOException {
        WireClient.Reply reply = client.simple(sql).exchange();
        if (reply.failed()) {
            throw new IllegalStateException(sql + ": " + reply.lines());
        }
        return reply;
    }

    @Override
    public void close() throws IOException {
        try (admin) {
            inside.close();
            must(admin, "DROP DATABASE " + DATABASE + " WITH (FORCE)");
            must(admin, "DROP DATABASE " + TEMPLATE + " WITH (FORCE)");
            must(
                    admin,
                    "DROP ROLE tw_classes_owner, tw_classes_app, tw_classes_super, tw_classes_group, tw_classes_other");
        }
    }
}
