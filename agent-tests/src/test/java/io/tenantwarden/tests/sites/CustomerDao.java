package io.tenantwarden.tests.sites;

import java.util.List;
import org.jdbi.v3.sqlobject.statement.SqlQuery;

/** Jdbi. */
public interface CustomerDao {

    @SqlQuery("select note from customers where note = ?")
    List<String> notes(String note);
}
