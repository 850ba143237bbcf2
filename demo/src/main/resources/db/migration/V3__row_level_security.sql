-- Each tenant sees its own rows only. The tenant is the setting app.tenant_id; where it is missing or empty, nothing is
-- visible (a setting that was only local to an earlier transaction reads as an empty string, hence the nullif).
-- FORCE: the policies hold for the owner of the tables too.

ALTER TABLE customers ENABLE ROW LEVEL SECURITY;
ALTER TABLE customers FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON customers
    USING (tenant_id = nullif(current_setting('app.tenant_id', true), ''));

ALTER TABLE invoices ENABLE ROW LEVEL SECURITY;
ALTER TABLE invoices FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON invoices
    USING (tenant_id = nullif(current_setting('app.tenant_id', true), ''));

-- The payment provider knows a payment reference and no tenant: somebody has to find the customer first.
CREATE POLICY platform_lookup ON customers FOR SELECT
    USING (nullif(current_setting('app.is_platform', true), '') = 'on');
