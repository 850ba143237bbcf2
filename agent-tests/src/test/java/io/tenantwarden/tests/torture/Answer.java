package io.tenantwarden.tests.torture;

import java.sql.SQLException;

/** Answer or reviewed error of one statement. */
record Answer<T>(T value, SQLException error) {

    boolean succeeded() {
        return error == null;
    }
}
