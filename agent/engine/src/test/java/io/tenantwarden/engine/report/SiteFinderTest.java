package io.tenantwarden.engine.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.acme.jobs.NightlyJob;
import com.zaxxer.hikari.fixture.PooledConnection;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import javax.tools.ToolProvider;
import org.flywaydb.fixture.Migration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.fixture.Template;

class SiteFinderTest {

    private final SiteFinder finder = new SiteFinder(List.of());

    @TempDir
    Path classes;

    @Test
    void namesTheApplicationsFrameBelowPoolAndFramework() {
        Site site = NightlyJob.run(() -> Template.call(() -> PooledConnection.call(finder::site)));

        assertEquals("com.acme.jobs.NightlyJob.run(NightlyJob.java:11)", site.toString());
        assertEquals(new Site("com.acme.jobs.NightlyJob", "run", "NightlyJob.java", 11), site);
    }

    @Test
    void namesTheClassAndLineOfALambda() {
        Site site = NightlyJob.runInLambda(() -> Template.call(finder::site));

        assertEquals("com.acme.jobs.NightlyJob", site.className());
        assertEquals(16, site.line());
    }

    @Test
    void skipsJdkProxiesAndReflection() {
        Supplier<?> proxy = (Supplier<?>) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Supplier.class}, (self, method, args) -> finder.site());

        assertEquals(11, ((Site) NightlyJob.run(proxy::get)).line());
    }

    @Test
    void skipsAProxyInThePackageOfTheApplication() throws Exception {
        for (String name : List.of("Invoices$$SpringCGLIB$$0", "Invoices$HibernateProxy$aB3xY", "Invoices_Subclass")) {
            Callable<Supplier<Object>> generated = compile(name, "-g:none");
            Supplier<Object> proxy = generated.call();

            assertEquals(
                    "com.acme.jobs.NightlyJob",
                    ((Site) NightlyJob.run(() -> call(proxy))).className(),
                    name + " has no line numbers and is a proxy");
        }
    }

    @Test
    void findsAClassThatOnlyLooksLikeAProxy() throws Exception {
        for (String name : List.of("Jobs_Subclass", "ByteBuddyFan", "Order$ProxyFactory", "CGLIBMigrator")) {
            Supplier<Object> own = compile(name, "-g:source,lines").call();

            assertEquals("com.acme.generated." + name, ((Site) call(own)).className());
        }
    }

    @Test
    void aClassWithoutLineNumbersIsNamedWhereThereIsNoOther() throws Exception {
        for (String name : List.of("a", "Invoices$Accessor")) {
            Supplier<Object> own = compile(name, "-g:none").call();

            assertEquals("com.acme.generated." + name, ((Site) call(own)).className());
            assertEquals(
                    "com.acme.jobs.NightlyJob",
                    ((Site) NightlyJob.run(() -> call(own))).className(),
                    "what a generator wrote");
        }
    }

    private Object call(Supplier<Object> proxy) {
        ASK.set(finder::site);
        return proxy.get();
    }

    /** What a compiled class calls back. */
    private static final ThreadLocal<Supplier<Object>> ASK = new ThreadLocal<>();

    public static final class Back implements Supplier<Object> {
        @Override
        public Object get() {
            return ASK.get().get();
        }
    }

    @SuppressWarnings("unchecked")
    private Callable<Supplier<Object>> compile(String name, String debugOption) throws IOException {
        Path source = Files.createDirectories(classes.resolve("source")).resolve(name + ".java");
        Files.writeString(source, """
                package com.acme.generated;
                public final class %s implements java.util.function.Supplier<Object> {
                    private final java.util.function.Supplier<Object> back;
                    public %s(java.util.function.Supplier<Object> back) { this.back = back; }
                    public Object get() { return back.get(); }
                }
                """.formatted(name, name));
        int result = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, debugOption, "-d", classes.toString(), source.toString());
        assertEquals(0, result);
        return () -> {
            try (URLClassLoader loader =
                    new URLClassLoader(new URL[] {classes.toUri().toURL()})) {
                return (Supplier<Object>) loader.loadClass("com.acme.generated." + name)
                        .getConstructor(Supplier.class)
                        .newInstance(new Back());
            }
        };
    }

    @Test
    void withoutApplicationFrameTheFrameworkThatCalledIsNamed() throws InterruptedException {
        List<FoundSite> found = new ArrayList<>();
        Thread thread = new Thread(() ->
                found.add(Template.call(() -> Migration.call(() -> PooledConnection.call(finder::find)))));
        thread.start();
        thread.join();

        assertEquals("org.flywaydb.fixture.Migration", found.get(0).site().className());
        assertEquals(2, found.get(0).stack().size(), () -> "the frames of the frameworks: " + found);
    }

    @Test
    void onAThreadOfAPoolThePoolIsNamed() throws InterruptedException {
        List<Site> found = new ArrayList<>();
        Thread thread = new Thread(() -> found.add(PooledConnection.call(finder::site)));
        thread.start();
        thread.join();

        assertEquals("com.zaxxer.hikari.fixture.PooledConnection", found.get(0).className());
    }

    @Test
    void configuredPackagesDecide() {
        SiteFinder configured = new SiteFinder(List.of("org.springframework.fixture.*", "com.acme.jobsandmore"));

        Site site = NightlyJob.run(() -> Template.call(configured::site));

        assertEquals("org.springframework.fixture.Template", site.className());
    }

    @Test
    void aPrefixEndsAtAPackageName() {
        SiteFinder configured = new SiteFinder(List.of("com.acme.job", "org.springframework.fixture"));

        Site site = Template.call(() -> NightlyJob.run(configured::site));

        assertEquals("org.springframework.fixture.Template", site.className(), "com.acme.job is not com.acme.jobs");
    }

    @Test
    void configuredPackagesThatAreNotOnTheStackLeaveTheDefaultRule() {
        SiteFinder configured = new SiteFinder(List.of("com.other"));

        assertEquals(11, NightlyJob.run(() -> Template.call(configured::site)).line());
    }

    @Test
    void givesTwelveFramesOfTheApplicationAtMost() {
        FoundSite found = NightlyJob.recurse(55, () -> Template.call(finder::find));

        assertEquals(12, found.stack().size());
        assertEquals(found.site().toString(), found.stack().get(0));
        assertTrue(found.stack().stream().allMatch(frame -> frame.startsWith("com.acme.jobs.NightlyJob.")));
    }

    @Test
    void knowsWhoseCodeAClassIs() {
        assertEquals(Packages.Owner.POOL, Packages.ownerOf("org.apache.tomcat.jdbc.pool.ConnectionPool"));
        assertEquals(Packages.Owner.FRAMEWORK, Packages.ownerOf("org.apache.tomcat.util.threads.TaskThread"));
        assertEquals(
                Packages.Owner.APPLICATION, Packages.ownerOf("org.springframework.samples.petclinic.OwnerController"));
        assertEquals(Packages.Owner.FRAMEWORK, Packages.ownerOf("org.springframework.scheduling.support.Scheduled"));
        assertEquals(Packages.Owner.APPLICATION, Packages.ownerOf("org.apache.fineract.Loans"));
        assertEquals(Packages.Owner.POOL, Packages.ownerOf("org.apache.commons.dbcp2.PoolingDataSource"));
        assertEquals(Packages.Owner.PLUMBING, Packages.ownerOf("org.apache.commons.dbutils.QueryRunner"));
        assertEquals(Packages.Owner.DRIVER, Packages.ownerOf("org.postgresql.jdbc.PgStatement"));
        assertEquals(Packages.Owner.APPLICATION, Packages.ownerOf("a"));
        assertEquals(Packages.Owner.APPLICATION, Packages.ownerOf("zzz.Last"));
        assertEquals(Packages.Owner.JDK, Packages.ownerOf("com.sun.proxy.$Proxy12"));
        assertEquals(Packages.Owner.WARDEN, Packages.ownerOf("io.tenantwarden.engine.Anything"));
    }

    @Test
    void writesASiteAsAStackTraceDoes() {
        assertEquals("a.B.c(Native Method)", new Site("a.B", "c", "B.java", -2).toString());
        assertEquals("a.B.c(Unknown Source)", new Site("a.B", "c", null, -1).toString());
        assertEquals("a.B.c(B.java)", new Site("a.B", "c", "B.java", -1).toString());
    }
}
