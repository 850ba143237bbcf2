package com.acme.billing.invoice;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.LocalDate;

@Entity
@Table(name = "invoices")
public class Invoice {

    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    private Long id;

    private String tenantId;
    private Long customerId;
    private String number;
    private long amountCents;
    private LocalDate dueOn;
    private String status;

    protected Invoice() {}

    public Invoice(String tenantId, Long customerId, String number, long amountCents, LocalDate dueOn) {
        this.tenantId = tenantId;
        this.customerId = customerId;
        this.number = number;
        this.amountCents = amountCents;
        this.dueOn = dueOn;
        this.status = "OPEN";
    }

    public Long getId() {
        return id;
    }

    public Long getCustomerId() {
        return customerId;
    }

    public String getNumber() {
        return number;
    }

    public long getAmountCents() {
        return amountCents;
    }

    public LocalDate getDueOn() {
        return dueOn;
    }

    public String getStatus() {
        return status;
    }
}
