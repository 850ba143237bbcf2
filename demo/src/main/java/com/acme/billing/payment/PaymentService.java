package com.acme.billing.payment;

import com.acme.billing.TenantContext;
import com.acme.billing.payment.PaymentDirectory.Payer;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

@Service
class PaymentService {

    private static final String MARK_PAID = """
            UPDATE invoices SET status = 'PAID'
            WHERE tenant_id = ? AND customer_id = ? AND number = ? AND amount_cents = ? AND status = 'OPEN'
            """;

    private final JdbcTemplate jdbc;

    PaymentService(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /** Whether there was such an open invoice. */
    @Transactional
    public boolean settle(Payer payer, String invoiceNumber, long amountCents) {
        String tenantId = TenantContext.current();
        return jdbc.update(MARK_PAID, tenantId, payer.id(), invoiceNumber, amountCents) == 1;
    }
}
