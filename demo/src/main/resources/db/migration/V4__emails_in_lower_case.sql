-- Log-in compares e-mail addresses in lower case. This is for the rows of all tenants, and migrations have no tenant: with
-- FORCE the policy hides every row from the owner as well, and the UPDATE would report success on zero rows. So the force
-- is lifted for this one transaction. ALTER TABLE holds an exclusive lock until the commit, nobody else sees the table
-- without it, and when the migration fails the rollback puts it back.

ALTER TABLE customers NO FORCE ROW LEVEL SECURITY;

UPDATE customers SET email = lower(email) WHERE email <> lower(email);

ALTER TABLE customers FORCE ROW LEVEL SECURITY;
