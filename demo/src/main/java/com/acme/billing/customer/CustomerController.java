package com.acme.billing.customer;

import com.acme.billing.TenantContext;
import java.util.List;
import org.springframework.dao.support.DataAccessUtils;
import org.springframework.http.ResponseEntity;
import org.springframework.jdbc.core.DataClassRowMapper;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/customers")
class CustomerController {

    private static final String BALANCE = """
            SELECT c.name, coalesce(sum(i.amount_cents) FILTER (WHERE i.status = 'OPEN'), 0) AS open_cents
            FROM customers c LEFT JOIN invoices i ON i.customer_id = c.id
            WHERE c.tenant_id = ? AND c.id = ?
            GROUP BY c.id
            """;
    private static final RowMapper<Balance> TO_BALANCE = new DataClassRowMapper<>(Balance.class);

    private final CustomerRepository customers;
    private final JdbcTemplate jdbc;

    CustomerController(CustomerRepository customers, JdbcTemplate jdbc) {
        this.customers = customers;
        this.jdbc = jdbc;
    }

    @GetMapping
    List<Customer> all() {
        return customers.findByTenantIdOrderByName(TenantContext.current());
    }

    @GetMapping("/{id}/balance")
    ResponseEntity<Balance> balance(@PathVariable long id) {
        List<Balance> found = jdbc.query(BALANCE, TO_BALANCE, TenantContext.current(), id);
        return ResponseEntity.of(DataAccessUtils.optionalResult(found));
    }

    record Balance(String name, long openCents) {}
}
