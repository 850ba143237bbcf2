package io.tenantwarden.tests.sites;

import java.util.List;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Query;

public interface CustomerRepository extends JpaRepository<Customer, Long> {

    List<Customer> findByNote(String note);

    @Query("select count(c) from Customer c where c.note like ?1")
    long counted(String pattern);

    default long countAll() {
        return count(); // site
    }
}
