package io.tenantwarden.cli;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import com.grack.nanojson.JsonWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What an erasure has done, on the disk before each commit, so that a run that was killed can be taken up again and nothing is
 * counted twice or not at all. Each line is a JSON object. Whether a transaction whose end is not in the journal was
 * committed, the server knows by its number. For one thread; a lock on the file keeps other processes away.
 */
final class EraseJournal implements AutoCloseable {

    static final String NAME = "journal.jsonl";

    private final Path file;
    private final FileChannel channel;
    private final Map<String, Long> before = new LinkedHashMap<>();
    private final Map<String, Witness.Others> others = new LinkedHashMap<>();
    private final Map<String, Long> deleted = new LinkedHashMap<>();
    private final Map<String, Long> updated = new LinkedHashMap<>();
    private final Set<String> anonymised = new LinkedHashSet<>();
    private final Map<String, Long> elsewhere = new LinkedHashMap<>();
    private String tenant;
    private String place;
    private String choices;
    private String started;
    private JsonObject open;
    private int transactions;
    private boolean uncertain;

    /**
     * What one transaction does. Immutable.
     *
     * @param deleted rows by {@code schema.table}
     * @param updated rows by {@code schema.table}
     * @param anonymised tables whose rows were anonymised
     * @param elsewhere rows that triggers inserted or changed in tables that are not the tenant's, by {@code schema.table}
     */
    record Work(
            Map<String, Long> deleted, Map<String, Long> updated, Set<String> anonymised, Map<String, Long> elsewhere) {

        boolean isEmpty() {
            return deleted.isEmpty() && updated.isEmpty();
        }
    }

    private EraseJournal(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** Whether the directory holds the journal of an erasure that was begun. */
    static boolean isBegun(Path folder) throws IOException {
        Path file = folder.resolve(NAME);
        return Files.exists(file) && Files.readString(file).indexOf('\n') >= 0;
    }

    /** Opens the journal in this directory, which is made when it is not there. */
    static EraseJournal open(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            Durable.createFolder(folder);
        }
        Path file = folder.resolve(NAME);
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            FileLock lock;
            try {
                lock = channel.tryLock();
            } catch (OverlappingFileLockException e) {
                lock = null;
            }
            if (lock == null) {
                throw CommandFailure.couldNotRun("another erase is at work with " + folder + ": wait until it ends");
            }
            EraseJournal journal = new EraseJournal(file, channel);
            journal.replay();
            return journal;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private void replay() throws IOException {
        byte[] bytes = Channels.newInputStream(channel).readAllBytes();
        String text = new String(bytes, StandardCharsets.UTF_8);
        int end = text.lastIndexOf('\n') + 1;
        for (String line : text.substring(0, end).lines().toList()) {
            try {
                apply(JsonParser.object().from(line));
            } catch (JsonParserException | NullPointerException | ClassCastException e) {
                throw CommandFailure.couldNotRun(file + " cannot be read: it was altered. Choose another --out;"
                        + " the certificate will tell of what is deleted from then on");
            }
        }
        // a line that was being written when the process was killed says nothing that was done
        channel.truncate(text.substring(0, end).getBytes(StandardCharsets.UTF_8).length);
        channel.position(channel.size());
    }

    private void apply(JsonObject line) {
        switch (line.getString("event")) {
            case "begin" -> {
                tenant = line.getString("tenant");
                place = line.getString("database");
                choices = line.getString("choices");
                started = line.getString("at");
                longs(line.getObject("rows")).forEach(before::put);
                JsonObject all = line.getObject("others");
                for (String table : all.keySet()) {
                    JsonObject o = all.getObject(table);
                    others.put(table, new Witness.Others(o.getLong("rows"), o.getString("checksum")));
                }
            }
            case "intent" -> open = line;
            case "committed" -> close(true);
            case "aborted" -> close(false);
            default -> {
                uncertain = true;
                close(false);
            }
        }
    }

    private void close(boolean committed) {
        if (committed) {
            transactions++;
            longs(open.getObject("deleted")).forEach((table, n) -> deleted.merge(table, n, Long::sum));
            longs(open.getObject("updated")).forEach((table, n) -> updated.merge(table, n, Long::sum));
            open.getArray("anonymised").forEach(table -> anonymised.add((String) table));
            if (open.has("elsewhere")) {
                longs(open.getObject("elsewhere")).forEach((table, n) -> elsewhere.merge(table, n, Long::sum));
            }
        }
        open = null;
    }

    private static Map<String, Long> longs(JsonObject object) {
        Map<String, Long> all = new LinkedHashMap<>();
        object.keySet().forEach(key -> all.put(key, object.getLong(key)));
        return all;
    }

    // ---------------------------------------------------------------- what it holds

    /** Whether an erasure was begun. */
    boolean isBegun() {
        return tenant != null;
    }

    /** @throws CommandFailure when it is about something else */
    void checkIsAbout(String givenTenant, String givenPlace, String givenChoices) {
        if (isBegun() && choices != null && !choices.equals(givenChoices)) {
            throw CommandFailure.usage(file + " was begun with " + choices + ": give the same to take it up again,"
                    + " or choose another --out");
        }
        if (isBegun() && !(tenant.equals(givenTenant) && place.equals(givenPlace))) {
            throw CommandFailure.usage(file + " is the journal of another tenant or database: choose another --out");
        }
    }

    /** The transaction of which it is not known how it ended; null when there is none. */
    String openTransaction() {
        return open == null ? null : open.getString("xid");
    }

    Map<String, Long> before() {
        return before;
    }

    Map<String, Witness.Others> others() {
        return others;
    }

    Map<String, Long> deleted() {
        return deleted;
    }

    Map<String, Long> updated() {
        return updated;
    }

    Set<String> anonymised() {
        return anonymised;
    }

    /** Rows that triggers wrote in tables that are not the tenant's. */
    Map<String, Long> elsewhere() {
        return elsewhere;
    }

    String started() {
        return started;
    }

    int transactions() {
        return transactions;
    }

    /** Whether the end of some transaction could not be found out: more may be deleted than it says. */
    boolean isUncertain() {
        return uncertain;
    }

    long deletedRows() {
        return deleted.values().stream().mapToLong(n -> n).sum();
    }

    // ---------------------------------------------------------------- writing

    void begin(
            String at,
            String ofTenant,
            String ofPlace,
            String ofChoices,
            Map<String, Long> rows,
            Map<String, Witness.Others> ofOthers)
            throws IOException {
        JsonObject all = new JsonObject();
        ofOthers.forEach((table, o) -> {
            JsonObject one = new JsonObject();
            one.put("rows", o.rows());
            one.put("checksum", o.checksum());
            all.put(table, one);
        });
        JsonObject line = event("begin");
        line.put("at", at);
        line.put("tenant", ofTenant);
        line.put("database", ofPlace);
        line.put("choices", ofChoices);
        line.put("rows", new JsonObject(rows));
        line.put("others", all);
        write(line);
    }

    /** Before the commit. */
    void intent(String xid, Work work) throws IOException {
        JsonObject line = event("intent");
        line.put("xid", xid);
        line.put("deleted", new JsonObject(work.deleted()));
        line.put("updated", new JsonObject(work.updated()));
        line.put("anonymised", new JsonArray(List.copyOf(work.anonymised())));
        line.put("elsewhere", new JsonObject(work.elsewhere()));
        write(line);
    }

    /** @param status as {@code pg_xact_status} says; null when the server does not know any more */
    void ended(String status) throws IOException {
        write(event(status == null ? "unknown" : status));
    }

    private static JsonObject event(String name) {
        JsonObject line = new JsonObject();
        line.put("event", name);
        return line;
    }

    private void write(JsonObject line) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap((JsonWriter.string(line) + "\n").getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        channel.force(true);
        apply(line);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
