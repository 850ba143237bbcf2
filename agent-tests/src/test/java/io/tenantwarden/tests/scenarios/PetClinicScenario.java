package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.tests.jvm.Db;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The tests of a clinic's repositories, in the style of Spring PetClinic's: each in a transaction that is rolled back, as the superuser of
 * the container, with assertions about how many rows there are. They know of one clinic; the database holds two.
 */
class PetClinicScenario {

    private Connection c;

    @BeforeEach
    void begin() throws SQLException {
        c = Db.driverManager("postgres");
        c.setAutoCommit(false);
    }

    @AfterEach
    void rollBack() throws SQLException {
        c.rollback();
        c.close();
    }

    private List<String> ownersByLastName(String begin) throws SQLException {
        return Db.column(c, "select first_name from owners where last_name like ? order by first_name", begin + "%");
    }

    private long insert(String sql, Object... values) throws SQLException {
        try (PreparedStatement s = c.prepareStatement(sql, new String[] {"id"})) {
            for (int i = 0; i < values.length; i++) {
                s.setObject(i + 1, values[i]);
            }
            assertEquals(1, s.executeUpdate());
            try (ResultSet keys = s.getGeneratedKeys()) {
                assertTrue(keys.next());
                return keys.getLong(1);
            }
        }
    }

    @Test
    void shouldFindOwnersByLastName() throws Exception {
        assertEquals(List.of("Betty", "Harold"), ownersByLastName("Davis"));
        assertEquals(List.of(), ownersByLastName("Daviss"));
    }

    @Test
    void shouldFindSingleOwnerWithPet() throws Exception {
        assertEquals(
                List.of("Leo cat"),
                Db.column(
                        c,
                        "select p.name || ' ' || t.name from owners o join pets p on p.owner_id = o.id"
                                + " join types t on t.id = p.type_id where o.last_name = ?",
                        "Franklin"));
    }

    @Test
    void shouldInsertOwner() throws Exception {
        int found = ownersByLastName("Schultz").size();
        insert("insert into owners (first_name, last_name, city) values (?, ?, ?)", "Sam", "Schultz", "Wollongong");
        assertEquals(found + 1, ownersByLastName("Schultz").size());
    }

    @Test
    void shouldUpdateOwner() throws Exception {
        try (PreparedStatement s =
                c.prepareStatement("update owners set last_name = last_name || 'X' where last_name = ?")) {
            s.setString(1, "Franklin");
            assertEquals(1, s.executeUpdate());
        }
        assertEquals(List.of("George"), ownersByLastName("FranklinX"));
    }

    @Test
    void shouldInsertPetAndVisitIntoDatabase() throws Exception {
        long owner = Long.parseLong(Db.column(c, "select id from owners where last_name = 'Coleman'")
                .get(0));
        long pet = insert(
                "insert into pets (name, type_id, owner_id) values (?, (select id from types where name = 'dog'), ?)",
                "bowser",
                owner);
        insert("insert into visits (pet_id, visit_date, description) values (?, ?, ?)", pet, LocalDate.now(), "test");
        assertEquals(
                List.of("test"),
                Db.column(c, "select description from visits where pet_id = ? order by visit_date", pet));
    }

    @Test
    void shouldFindAllPetTypes() throws Exception {
        assertEquals(List.of("cat", "dog", "lizard"), Db.column(c, "select name from types order by name"));
    }

    @Test
    void shouldCountVisits() throws Exception {
        assertEquals(List.of("4"), Db.column(c, "select count(*) from visits"));
        assertEquals(List.of("4"), Db.column(c, "select visits from visits_of_clinic"));
    }

    @Test
    void shouldDeleteOwnerWithPets() throws Exception {
        try (PreparedStatement s = c.prepareStatement("delete from owners where last_name = 'Rodriquez'")) {
            assertEquals(1, s.executeUpdate());
        }
        assertEquals(List.of("3"), Db.column(c, "select count(*) from pets"));
    }
}
