package com.acme.billing.invoice;

import java.util.List;
import java.util.Optional;
import org.springframework.data.jpa.repository.JpaRepository;

public interface InvoiceRepository extends JpaRepository<Invoice, Long> {

    List<Invoice> findByTenantIdOrderByNumber(String tenantId);

    Optional<Invoice> findByTenantIdAndNumber(String tenantId, String number);
}
