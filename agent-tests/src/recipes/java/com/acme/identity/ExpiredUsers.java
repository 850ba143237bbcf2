package com.acme.identity;

import java.util.List;
import org.hibernate.SessionFactory;

/** Works for all realms. */
final class ExpiredUsers {

    private final SessionFactory sessions;

    ExpiredUsers(SessionFactory sessions) {
        this.sessions = sessions;
    }

    /** Named by the recipe. */
    List<String> clear() {
        return Users.of(sessions);
    }
}
