CREATE TABLE tenants (
    id   text PRIMARY KEY,
    name text NOT NULL
);

CREATE TABLE customers (
    id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id         text NOT NULL REFERENCES tenants (id),
    name              text NOT NULL,
    email             text NOT NULL,
    payment_reference text NOT NULL UNIQUE,
    UNIQUE (tenant_id, id)
);

CREATE TABLE invoices (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id    text NOT NULL,
    customer_id  bigint NOT NULL,
    number       text NOT NULL,
    amount_cents bigint NOT NULL CHECK (amount_cents > 0),
    due_on       date NOT NULL,
    status       text NOT NULL DEFAULT 'OPEN' CHECK (status IN ('OPEN', 'PAID')),
    UNIQUE (tenant_id, number),
    -- with the tenant in the key, an invoice cannot name another tenant's customer
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id)
);

GRANT SELECT ON tenants TO ${application-role};
GRANT SELECT, INSERT, UPDATE, DELETE ON customers, invoices TO ${application-role};
