package com.acme.billing.invoice;

import com.acme.billing.TenantContext;
import java.time.LocalDate;
import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/invoices")
class InvoiceController {

    private final InvoiceRepository invoices;
    private final ReminderService reminders;

    InvoiceController(InvoiceRepository invoices, ReminderService reminders) {
        this.invoices = invoices;
        this.reminders = reminders;
    }

    @GetMapping
    List<Invoice> all() {
        return invoices.findByTenantIdOrderByNumber(TenantContext.current());
    }

    @GetMapping("/{number}")
    ResponseEntity<Invoice> one(@PathVariable String number) {
        return ResponseEntity.of(invoices.findByTenantIdAndNumber(TenantContext.current(), number));
    }

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    Invoice create(@RequestBody NewInvoice body) {
        Invoice invoice = new Invoice(
                TenantContext.current(), body.customerId(), body.number(), body.amountCents(), body.dueOn());
        return invoices.save(invoice);
    }

    /** The mail goes out in the background, the caller does not wait for it. */
    @PostMapping("/{number}/reminders")
    @ResponseStatus(HttpStatus.ACCEPTED)
    void remind(@PathVariable String number) {
        reminders.send(TenantContext.current(), number);
    }

    record NewInvoice(Long customerId, String number, long amountCents, LocalDate dueOn) {}
}
