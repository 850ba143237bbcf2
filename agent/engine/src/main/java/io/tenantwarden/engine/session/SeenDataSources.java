package io.tenantwarden.engine.session;

import java.lang.ref.WeakReference;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.BooleanSupplier;
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

    /**
     * Borrows a connection of one after the other and returns it at once, the one made last first, because wrappers are made
     * after what they wrap.
     *
     * @param enough asked after each
     */
    void open(BooleanSupplier enough) {
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
            try (Connection c = dataSource.getConnection()) {
                c.getMetaData().getDatabaseProductName(); // what a lazy one connects for
            } catch (SQLException | RuntimeException e) {
                debug.accept(dataSource.getClass().getName() + " gave no connection: " + e);
            }
            if (enough.getAsBoolean()) {
                return;
            }
        }
    }
}
