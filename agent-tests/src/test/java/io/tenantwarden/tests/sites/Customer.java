package io.tenantwarden.tests.sites;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.OneToMany;
import jakarta.persistence.Table;
import java.util.List;

/** Has the invoices whose amount is its number. */
@Entity
@Table(name = "customers")
public class Customer {

    @Id
    private Long id;

    @Column(name = "tenant_id")
    private String tenant;

    private String note;

    @OneToMany(mappedBy = "customer")
    private List<Invoice> invoices;

    public Long getId() {
        return id;
    }

    public String getNote() {
        return note;
    }

    public void setNote(String note) {
        this.note = note;
    }

    public List<Invoice> getInvoices() {
        return invoices;
    }
}
