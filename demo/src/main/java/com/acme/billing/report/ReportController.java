package com.acme.billing.report;

import com.acme.billing.TenantContext;
import java.time.LocalDate;
import java.util.List;
import org.springframework.jdbc.core.DataClassRowMapper;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/reports")
class ReportController {

    private static final String OPEN_ITEMS = """
            SELECT i.number, c.name AS customer, i.amount_cents, i.due_on
            FROM invoices i JOIN customers c ON c.id = i.customer_id
            WHERE i.status = 'OPEN'
            ORDER BY i.due_on, i.number
            """;
    private static final String TURNOVER = """
            SELECT count(*) AS invoices, coalesce(sum(amount_cents), 0) AS amount_cents
            FROM invoices
            WHERE tenant_id = ?
            """;
    private static final RowMapper<OpenItem> TO_OPEN_ITEM = new DataClassRowMapper<>(OpenItem.class);
    private static final RowMapper<Turnover> TO_TURNOVER = new DataClassRowMapper<>(Turnover.class);

    private final JdbcTemplate jdbc;

    ReportController(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    @GetMapping("/open-items")
    List<OpenItem> openItems() {
        return jdbc.query(OPEN_ITEMS, TO_OPEN_ITEM);
    }

    @GetMapping("/turnover")
    Turnover turnover() {
        return jdbc.queryForObject(TURNOVER, TO_TURNOVER, TenantContext.current());
    }

    record OpenItem(String number, String customer, long amountCents, LocalDate dueOn) {}

    record Turnover(long invoices, long amountCents) {}
}
