package io.tenantwarden.engine.session;

import java.lang.ref.WeakReference;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import javax.sql.DataSource;

/** The application's data sources, for the time before the first of them was used. Holds them weakly. Thread-safe. */
public final class SeenDataSources {

    /** An application that makes one for each request must not fill the memory. */
    private static final int MAX = 50;

    private final Deque<WeakReference<DataSource>> latest = new ArrayDeque<>();
    private final Consumer<String> debug;

    /** @param debug told of those that gave no connection */
    public SeenDataSources(Consumer<String> debug) {
        this.debug = debug;
    }

    /** An object whose class has methods of a data source was constructed, or its superclass's part. */
    public void created(Object object) {
        if (!(object instanceof DataSource dataSource)) {
            return;
        }
        synchronized (latest) {
            latest.removeIf(
                    reference -> reference.get() == null || reference.get() == dataSource); // by each constructor
            latest.addFirst(new WeakReference<>(dataSource));
            if (latest.size() > MAX) {
                latest.removeLast();
            }
        }
    }

    /** What is tried while a connection is borrowed. */
    interface Attempt {
        /** Whether it has succeeded. */
        boolean succeeds() throws SQLException;
    }

    /**
     * Borrows a connection of one after the other and returns it, the one made last first, because wrappers are made after
     * what they wrap.
     *
     * @param attempt made with each, until it succeeds
     * @return whether it did
     */
    boolean open(Attempt attempt) throws SQLException {
        List<DataSource> all = new ArrayList<>();
        synchronized (latest) {
            for (WeakReference<DataSource> reference : latest) {
                DataSource dataSource = reference.get();
                if (dataSource != null) {
                    all.add(dataSource);
                }
            }
        }
        for (DataSource dataSource : all) {
            Connection connection = borrow(dataSource);
            if (connection != null) {
                try (connection) {
                    if (attempt.succeeds()) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    /** Null when it gives none. */
    private Connection borrow(DataSource dataSource) {
        try {
            Connection connection = dataSource.getConnection();
            if (connection != null) {
                connection.getMetaData().getDatabaseProductName(); // what a lazy one connects for
            }
            return connection;
        } catch (SQLException | RuntimeException e) {
            debug.accept(dataSource.getClass().getName() + " gave no connection: " + e);
            return null;
        }
    }
}
