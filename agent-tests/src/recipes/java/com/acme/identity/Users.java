package com.acme.identity;

import java.util.List;
import org.hibernate.SessionFactory;

/** Reads users, for whoever asks. */
final class Users {

    private Users() {}

    static List<String> of(SessionFactory sessions) {
        return sessions.fromSession(
                session -> session.createQuery("select u.username from RealmUser u order by 1", String.class)
                        .list());
    }
}
