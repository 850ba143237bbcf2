package com.acme.billing.invoice;

import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Goes through all tenants and reports the invoices that should have been paid by now. */
@Component
class OverdueInvoicesJob {

    private static final Logger log = LoggerFactory.getLogger(OverdueInvoicesJob.class);

    private static final String TENANTS = "SELECT id FROM tenants ORDER BY id";
    private static final String OVERDUE = """
            SELECT number FROM invoices
            WHERE tenant_id = ? AND status = 'OPEN' AND due_on < current_date
            ORDER BY number
            """;

    private final JdbcTemplate jdbc;

    OverdueInvoicesJob(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    @Scheduled(
            initialDelayString = "${billing.overdue.initial-delay}",
            fixedDelayString = "${billing.overdue.interval}")
    public void run() {
        int count = 0;
        for (String tenantId : jdbc.queryForList(TENANTS, String.class)) {
            count += report(tenantId);
        }
        log.info("Overdue run finished: {} invoices", count);
    }

    private int report(String tenantId) {
        List<String> numbers = jdbc.queryForList(OVERDUE, String.class, tenantId);
        if (!numbers.isEmpty()) {
            log.info("Overdue at {}: {}", tenantId, String.join(", ", numbers));
        }
        return numbers.size();
    }
}
