package com.acme.billing.payment;

import java.util.List;
import java.util.Optional;
import org.springframework.dao.support.DataAccessUtils;
import org.springframework.jdbc.core.DataClassRowMapper;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.stereotype.Component;

/** Finds out whose payment it is. */
@Component
class PaymentDirectory {

    private static final String BY_REFERENCE = "SELECT tenant_id, id FROM customers WHERE payment_reference = ?";
    private static final RowMapper<Payer> TO_PAYER = new DataClassRowMapper<>(Payer.class);

    private final JdbcTemplate jdbc;

    PaymentDirectory(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /** The payment provider knows this reference and nothing else of ours. */
    Optional<Payer> findPayer(String paymentReference) {
        List<Payer> found = jdbc.query(BY_REFERENCE, TO_PAYER, paymentReference);
        return DataAccessUtils.optionalResult(found);
    }

    record Payer(String tenantId, long id) {}
}
