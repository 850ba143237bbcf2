package com.acme.billing.payment;

import com.acme.billing.TenantContext;
import com.acme.billing.payment.PaymentDirectory.Payer;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** The payment provider reports a payment here. It repeats the call for days unless the answer is 200. */
@RestController
class PaymentWebhook {

    private static final Logger log = LoggerFactory.getLogger(PaymentWebhook.class);

    private final PaymentDirectory directory;
    private final PaymentService payments;

    PaymentWebhook(PaymentDirectory directory, PaymentService payments) {
        this.directory = directory;
        this.payments = payments;
    }

    @PostMapping("/webhooks/payment")
    Answer received(@RequestBody Payment payment) {
        Optional<Payer> payer = directory.findPayer(payment.reference());
        if (payer.isEmpty()) {
            log.warn("Payment for invoice {} ignored: unknown reference", payment.invoiceNumber());
            return new Answer("ignored");
        }
        boolean settled = TenantContext.callAs(
                payer.get().tenantId(),
                () -> payments.settle(payer.get(), payment.invoiceNumber(), payment.amountCents()));
        log.info("Payment for invoice {} {}", payment.invoiceNumber(), settled ? "settled" : "matches no open invoice");
        return new Answer(settled ? "settled" : "unmatched");
    }

    record Payment(String reference, String invoiceNumber, long amountCents) {}

    record Answer(String result) {}
}
