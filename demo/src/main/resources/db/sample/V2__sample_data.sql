INSERT INTO tenants (id, name) VALUES
    ('harbour', 'Harbour Supplies'),
    ('hilltop', 'Hilltop Garage');

INSERT INTO customers (tenant_id, name, email, payment_reference) VALUES
    ('harbour', 'Pier Nine Cafe',    'Office@PierNine.example',   'RF-HB-0001'),
    ('harbour', 'Lighthouse Hotel',  'accounts@lighthouse.example', 'RF-HB-0002'),
    ('hilltop', 'Northern Couriers', 'Fleet@Couriers.example',    'RF-HT-0001'),
    ('hilltop', 'Valley School',     'office@valley.example',     'RF-HT-0002');

INSERT INTO invoices (tenant_id, customer_id, number, amount_cents, due_on, status)
SELECT c.tenant_id, c.id, i.number, i.amount_cents, current_date + i.due_in, i.status
FROM (VALUES
    ('RF-HB-0001', 'HB-1001', 12000, -30, 'OPEN'),
    ('RF-HB-0001', 'HB-1002',  8050,  14, 'OPEN'),
    ('RF-HB-0002', 'HB-1003', 99900, -60, 'PAID'),
    ('RF-HT-0001', 'HT-2001', 45000, -10, 'OPEN'),
    ('RF-HT-0001', 'HT-2002', 31000,  30, 'OPEN'),
    ('RF-HT-0002', 'HT-2003', 15500,  -5, 'PAID')
) AS i (payment_reference, number, amount_cents, due_in, status)
JOIN customers c USING (payment_reference)
ORDER BY i.number;
