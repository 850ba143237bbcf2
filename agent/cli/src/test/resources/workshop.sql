-- Repair shops that share a database: what a deletion in foreign-key order has to cope with.
CREATE TABLE tenants (id uuid PRIMARY KEY, name text NOT NULL);
CREATE TABLE countries (code text PRIMARY KEY, name text NOT NULL);
CREATE TABLE customers (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    shout text GENERATED ALWAYS AS (upper(name)) STORED,
    country text REFERENCES countries,
    referred_by bigint REFERENCES customers ON DELETE RESTRICT,
    favourite bigint,
    UNIQUE (tenant_id, id));
CREATE TABLE orders (
    tenant_id uuid NOT NULL REFERENCES tenants ON DELETE CASCADE,
    id bigint PRIMARY KEY,
    customer_id bigint NOT NULL,
    total numeric(12, 2),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id));
ALTER TABLE customers ADD CONSTRAINT customers_favourite FOREIGN KEY (favourite) REFERENCES orders;
CREATE TABLE order_items (
    order_id bigint NOT NULL REFERENCES orders ON DELETE CASCADE,
    line int NOT NULL,
    part text,
    PRIMARY KEY (order_id, line));
CREATE TABLE item_notes (
    order_id bigint NOT NULL, line int NOT NULL, note text,
    FOREIGN KEY (order_id, line) REFERENCES order_items);
-- neither key of this circle can be NULL
CREATE TABLE teams (tenant_id uuid NOT NULL REFERENCES tenants, id int PRIMARY KEY, lead int NOT NULL);
CREATE TABLE mechanics (tenant_id uuid NOT NULL REFERENCES tenants, id int PRIMARY KEY, team int NOT NULL REFERENCES teams);
ALTER TABLE teams ADD CONSTRAINT teams_lead FOREIGN KEY (lead) REFERENCES mechanics DEFERRABLE;
CREATE TABLE events (tenant_id uuid NOT NULL, at date NOT NULL, what text, PRIMARY KEY (tenant_id, at, what))
    PARTITION BY RANGE (at);
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE papers (tenant_id uuid NOT NULL, id int, body text);
CREATE TABLE invoices (due date) INHERITS (papers);
CREATE TABLE samples (
    tenant_id uuid, id int PRIMARY KEY, b bytea, j json, jb jsonb, a text[], n numeric, f float8, ts timestamptz,
    iv interval, t text, x text DEFAULT 'x', r int4range, d date, bo boolean);
CREATE TABLE audit_log (tenant_id uuid NOT NULL, what text, at timestamptz DEFAULT now());
CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO audit_log (tenant_id, what) VALUES (old.tenant_id, tg_table_name); RETURN old; END $$;
CREATE TRIGGER audited AFTER DELETE ON orders FOR EACH ROW EXECUTE FUNCTION audit();
CREATE SCHEMA "Back Office";
CREATE TABLE "Back Office"."Notes ""x"" / y" (tenant_id uuid, "select" text, "Größe" int);
