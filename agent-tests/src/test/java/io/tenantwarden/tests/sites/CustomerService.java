package io.tenantwarden.tests.sites;

import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import org.springframework.transaction.annotation.Transactional;

/** Without an interface: behind a class that CGLIB makes. */
public class CustomerService {

    @PersistenceContext
    private EntityManager entities;

    @Transactional
    public void rename(long id, String note) {
        Tenants.leaveAfter(() -> entities.find(Customer.class, id)).setNote(note);
    }

    @Transactional
    public int delete() {
        return entities.createQuery("delete from Customer").executeUpdate(); // site
    }
}
