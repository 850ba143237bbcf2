package io.tenantwarden.cli;

import io.tenantwarden.rls.audit.Finding;
import io.tenantwarden.rls.audit.Phrases;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;

/** Compares the files of an export with its manifest. */
final class ExportVerification {

    private static final int BUFFER = 1 << 16;
    private static final String FIX = "export the tenant again, or take the files from another copy";

    private final Path folder;
    private final List<Finding> findings = new ArrayList<>();

    private ExportVerification(Path folder) {
        this.folder = folder;
    }

    /** What does not agree; empty when everything does. */
    static List<Finding> of(Path folder, ExportManifest manifest) throws IOException {
        return new ExportVerification(folder).compare(manifest);
    }

    private List<Finding> compare(ExportManifest manifest) throws IOException {
        Set<String> left = new TreeSet<>();
        try (var names = Files.list(folder)) {
            names.forEach(f -> left.add(f.getFileName().toString()));
        }
        left.remove(ExportManifest.NAME);
        if (!left.remove(ExportManifest.SUMS)) {
            problem(ExportManifest.SUMS, "it is missing");
        } else {
            compareSums(manifest);
        }
        for (ExportedTable t : manifest.tables()) {
            if (t.file().contains("/") || t.file().contains("\\")) {
                problem(t.file(), "its name leads out of the directory");
            } else if (!left.remove(t.file())) {
                problem(t.file(), "it is missing");
            } else {
                compare(manifest, t);
            }
        }
        left.forEach(name -> problem(name, "the manifest does not know it"));
        return findings;
    }

    /** The manifest itself is in the sums, so that a change of it alone is found. */
    private void compareSums(ExportManifest manifest) throws IOException {
        Set<String> expected = new TreeSet<>();
        manifest.tables().forEach(t -> expected.add(t.sha256() + "  " + t.file()));
        byte[] text = Files.readAllBytes(folder.resolve(ExportManifest.NAME));
        expected.add(HexFormat.of().formatHex(ExportFile.sha256().digest(text)) + "  " + ExportManifest.NAME);
        if (!expected.equals(new TreeSet<>(Files.readAllLines(folder.resolve(ExportManifest.SUMS))))) {
            problem(ExportManifest.NAME, "it and " + ExportManifest.SUMS + " do not agree: one of them was altered");
        }
    }

    private void compare(ExportManifest manifest, ExportedTable t) throws IOException {
        Path file = folder.resolve(t.file());
        long size = Files.size(file);
        if (size != t.bytes()) {
            problem(t.file(), "it has " + size + " bytes, and should have " + t.bytes());
            return;
        }
        MessageDigest digest = ExportFile.sha256();
        long rows;
        try (InputStream in = Files.newInputStream(file);
                DigestInputStream digested = new DigestInputStream(in, digest)) {
            rows = rows(
                    manifest.compressed() ? new GZIPInputStream(digested, BUFFER) : digested,
                    manifest.format() == ExportFormat.csv);
            digested.transferTo(java.io.OutputStream.nullOutputStream());
        } catch (java.util.zip.ZipException | java.io.EOFException e) {
            problem(t.file(), "it cannot be decompressed: " + e.getMessage());
            return;
        }
        if (!HexFormat.of().formatHex(digest.digest()).equals(t.sha256())) {
            problem(t.file(), "its SHA-256 is not that of the manifest: it was altered");
        } else if (rows != t.rows()) {
            problem(t.file(), "it has " + Phrases.count(rows, "row") + ", and should have " + t.rows());
        }
    }

    private static long rows(InputStream in, boolean csv) throws IOException {
        byte[] buffer = new byte[BUFFER];
        boolean quoted = false;
        long rows = csv ? -1 : 0;
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            for (int i = 0; i < n; i++) {
                if (csv && buffer[i] == '"') {
                    quoted = !quoted;
                } else if (buffer[i] == '\n' && !quoted) {
                    rows++;
                }
            }
        }
        return rows;
    }

    private void problem(String file, String message) {
        findings.add(new Finding("export-altered", Finding.Level.ERROR, file, message, FIX));
    }
}
