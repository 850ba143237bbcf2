package io.tenantwarden.cli;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * Goes through the files of an application as it is delivered: a folder, a jar, a war, an ear, and the archives in them. Nothing
 * is unpacked; one file is in memory at a time.
 */
final class InitArchives {

    private static final List<String> FOLDERS_OF_CLASSES = List.of("BOOT-INF/classes/", "WEB-INF/classes/");
    private static final String MANIFEST = "META-INF/MANIFEST.MF";

    private final Visitor visitor;

    private InitArchives(Visitor visitor) {
        this.visitor = visitor;
    }

    /** Whose classes lie at a place. */
    enum Kind {
        /** The application's: the place is for its own classes alone. */
        OWN,
        /** The root of a jar, where a build may have put the classes of its libraries as well. */
        ROOT,
        /** A library's, or a module's of the application. */
        LIBRARY
    }

    /** Is given what is found. */
    interface Visitor {

        /** Of the archive that was named, not of those in it. */
        void manifest(Attributes main);

        /** Whether to look into an archive that lies in another place; by its file name. */
        boolean enter(String archive, Kind kind);

        /**
         * A file.
         *
         * @param archive the file name of the archive in the archive or folder that it lies in; null outside of one
         * @param name below the place of the classes, with {@code /} between folders
         * @param in its contents, not to be closed
         */
        void file(String archive, Kind kind, String name, InputStream in) throws IOException;
    }

    /**
     * Reads a folder or an archive.
     *
     * @throws IOException when it cannot be read
     */
    static void read(Path place, Visitor visitor) throws IOException {
        InitArchives archives = new InitArchives(visitor);
        if (Files.isDirectory(place)) {
            archives.folder(place);
            return;
        }
        try (InputStream in = new BufferedInputStream(Files.newInputStream(place))) {
            archives.archive(in, null, Kind.ROOT, place.toString().endsWith(".ear"));
        }
    }

    private void folder(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files = all.filter(Files::isRegularFile).sorted().toList();
        }
        for (Path file : files) {
            String name = folder.relativize(file).toString().replace('\\', '/');
            try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
                if (isArchive(name)) {
                    // of Quarkus's quarkus-app: app/ is the application, lib/ are its libraries
                    nested(in, name, name.startsWith("app/"));
                } else {
                    visitor.file(null, Kind.OWN, inside(name), in);
                }
            }
        }
    }

    private void archive(InputStream in, String archive, Kind kind, boolean ear) throws IOException {
        ZipInputStream zip = new ZipInputStream(in);
        for (ZipEntry e = zip.getNextEntry(); e != null; e = zip.getNextEntry()) {
            String name = e.getName();
            if (e.isDirectory()) {
                continue;
            }
            if (name.equals(MANIFEST)) {
                if (archive == null) {
                    visitor.manifest(new Manifest(zip).getMainAttributes());
                }
            } else if (isArchive(name)) {
                // of an ear: its modules lie at its root, its libraries in lib/
                nested(zip, name, ear && name.indexOf('/') < 0);
            } else {
                String inside = inside(name);
                visitor.file(archive, inside.length() < name.length() ? Kind.OWN : kind, inside, zip);
            }
        }
    }

    private void nested(InputStream in, String name, boolean application) throws IOException {
        String archive = name.substring(name.lastIndexOf('/') + 1);
        Kind kind = application ? Kind.OWN : Kind.LIBRARY;
        if (visitor.enter(archive, kind)) {
            archive(in, archive, kind, false);
        }
    }

    private static boolean isArchive(String name) {
        return name.endsWith(".jar") || name.endsWith(".war");
    }

    private static String inside(String name) {
        for (String folder : FOLDERS_OF_CLASSES) {
            if (name.startsWith(folder)) {
                return name.substring(folder.length());
            }
        }
        return name;
    }
}
