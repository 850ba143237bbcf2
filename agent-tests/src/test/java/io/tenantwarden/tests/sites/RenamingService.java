package io.tenantwarden.tests.sites;

import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import org.springframework.transaction.annotation.Transactional;

public class RenamingService implements Renaming {

    @PersistenceContext
    private EntityManager entities;

    @Override
    @Transactional
    public void rename(long id, String note) {
        Tenants.leaveAfter(() -> entities.find(Invoice.class, id)).setNote(note);
    }

    @Override
    @Transactional(readOnly = true)
    public long count() {
        return entities.createQuery("select count(i) from Invoice i", Long.class)
                .getSingleResult(); // site
    }
}
