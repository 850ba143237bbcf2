package com.acme.billing.invoice;

import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Async;
import org.springframework.stereotype.Service;

@Service
class ReminderService {

    private static final Logger log = LoggerFactory.getLogger(ReminderService.class);

    private final InvoiceRepository invoices;

    ReminderService(InvoiceRepository invoices) {
        this.invoices = invoices;
    }

    @Async
    public void send(String tenantId, String number) {
        Optional<Invoice> found = invoices.findByTenantIdAndNumber(tenantId, number);
        if (found.isEmpty()) {
            log.warn("Reminder not sent: there is no invoice {}", number);
            return;
        }
        Invoice invoice = found.get();
        log.info(
                "Reminder sent for invoice {}: {} cents due on {}",
                number,
                invoice.getAmountCents(),
                invoice.getDueOn());
    }
}
