package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.tests.sites.CountingInterceptor;
import io.tenantwarden.tests.sites.Customer;
import io.tenantwarden.tests.sites.CustomerDao;
import io.tenantwarden.tests.sites.CustomerMapper;
import io.tenantwarden.tests.sites.CustomerRepository;
import io.tenantwarden.tests.sites.CustomerService;
import io.tenantwarden.tests.sites.Invoice;
import io.tenantwarden.tests.sites.InvoiceRepository;
import io.tenantwarden.tests.sites.LoggingConnections;
import io.tenantwarden.tests.sites.Renaming;
import io.tenantwarden.tests.sites.SitesConfiguration;
import io.tenantwarden.tests.sites.Tasks;
import io.tenantwarden.tests.sites.Tenants;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.TypedQuery;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.apache.ibatis.mapping.Environment;
import org.apache.ibatis.session.SqlSession;
import org.apache.ibatis.session.SqlSessionFactory;
import org.apache.ibatis.session.SqlSessionFactoryBuilder;
import org.apache.ibatis.transaction.jdbc.JdbcTransactionFactory;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.sqlobject.SqlObjectPlugin;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Statements of nobody, sent in all the ways in which applications send them. What is asserted here is that they ran; which lines the log and the
 * report name is compared with the comments {@code // site} of these sources by {@code SitesTest}.
 */
class SitesScenario {

    private static AnnotationConfigApplicationContext spring;
    private static DataSource source;
    private static CustomerRepository customers;

    @BeforeAll
    static void start() {
        spring = new AnnotationConfigApplicationContext(SitesConfiguration.class);
        source = spring.getBean(DataSource.class);
        customers = spring.getBean(CustomerRepository.class);
    }

    @AfterAll
    static void stop() {
        spring.close();
    }

    @AfterEach
    void leave() {
        TenantContext.clear();
    }

    private static EntityManager entities() {
        return spring.getBean(EntityManagerFactory.class).createEntityManager();
    }

    @Test
    void springData() {
        assertEquals(0, customers.countAll());
        assertEquals(List.of(), customers.findAll()); // site
        assertEquals(List.of(), customers.findByNote("a-1")); // site
        assertEquals(0, customers.counted("a%")); // site
        assertEquals(
                List.of(),
                customers
                        .findAllById(List.of(1L)) // site
                        .stream()
                        .map(Customer::getNote)
                        .toList());
        assertTrue(Stream.of(1L).map(customers::findById).noneMatch(found -> found.isPresent())); // site
        InvoiceRepository invoices = spring.getBean(InvoiceRepository.class);
        Stream.of(1L).map(id -> invoices.existsById(id)).forEach(there -> assertEquals(false, there)); // site
    }

    @Test
    void hibernateLoadsACollection() {
        try (EntityManager entities = entities()) {
            entities.getTransaction().begin();
            Customer customer = Tenants.leaveAfter(() -> entities.find(Customer.class, 1L));
            assertEquals(0, customer.getInvoices().size()); // site
            entities.getTransaction().rollback();
        }
    }

    @Test
    void hibernateLoadsAnotherEntity() {
        try (EntityManager entities = entities()) {
            entities.getTransaction().begin();
            Customer customer =
                    Tenants.leaveAfter(() -> entities.find(Invoice.class, 1L)).getCustomer();
            assertTrue(customer.getClass().getName().contains("HibernateProxy"), customer.getClass()::getName);
            assertThrows(RuntimeException.class, () -> {
                customer.getNote(); // site
            });
            entities.getTransaction().rollback();
        }
    }

    @Test
    void hibernateLoadsWhatAMethodReferenceAsks() {
        try (EntityManager entities = entities()) {
            assertThrows(RuntimeException.class, entities.getReference(Customer.class, 2L)::getNote); // site
        }
    }

    @Test
    void hibernateFlushesAtCommit() {
        try (EntityManager entities = entities()) {
            entities.getTransaction().begin();
            Tenants.leaveAfter(() -> entities.find(Customer.class, 3L)).setNote("at commit");
            assertThrows(RuntimeException.class, () -> {
                entities.getTransaction().commit(); // site
            });
        }
    }

    @Test
    void hibernateFlushesBeforeAQuery() {
        try (EntityManager entities = entities()) {
            entities.getTransaction().begin();
            Tenants.leaveAfter(() -> entities.find(Customer.class, 4L)).setNote("before a query");
            TypedQuery<Long> query = entities.createQuery("select max(c.id) from Customer c", Long.class);
            assertThrows(RuntimeException.class, () -> {
                query.getSingleResult(); // site
            });
            entities.getTransaction().rollback();
        }
    }

    @Test
    void hibernateFlushesWhenItIsTold() {
        try (EntityManager entities = entities()) {
            entities.getTransaction().begin();
            Tenants.leaveAfter(() -> entities.find(Customer.class, 5L)).setNote("asked for");
            assertThrows(RuntimeException.class, entities::flush); // site
            entities.getTransaction().rollback();
        }
    }

    @Test
    void springsTransactions() {
        Renaming byJdk = spring.getBean(Renaming.class);
        CustomerService byCglib = spring.getBean(CustomerService.class);
        assertTrue(Proxy.isProxyClass(byJdk.getClass()), byJdk.getClass()::getName);
        assertTrue(byCglib.getClass().getName().contains("$$SpringCGLIB$$"), byCglib.getClass()::getName);
        assertEquals(0, byJdk.count());
        assertEquals(0, byCglib.delete());
        assertThrows(RuntimeException.class, () -> byJdk.rename(6, "when the proxy commits")); // site
        assertThrows(RuntimeException.class, () -> byCglib.rename(6, "when the proxy commits")); // site
        TransactionTemplate template = new TransactionTemplate(spring.getBean(PlatformTransactionManager.class));
        JdbcTemplate jdbc = new JdbcTemplate(source);
        List<String> notes = template.execute(
                status -> jdbc.queryForList("select note from customers where id = ?", String.class, 7L)); // site
        assertEquals(List.of(), notes);
    }

    @Test
    void myBatis() {
        org.apache.ibatis.session.Configuration configuration = new org.apache.ibatis.session.Configuration(
                new Environment("sites", new JdbcTransactionFactory(), source));
        configuration.addMapper(CustomerMapper.class);
        SqlSessionFactory factory = new SqlSessionFactoryBuilder().build(configuration);
        try (SqlSession session = factory.openSession()) {
            assertEquals(List.of(), session.getMapper(CustomerMapper.class).notes("a-1")); // site
            assertEquals(List.of(), session.selectList(CustomerMapper.class.getName() + ".ids", "a-2")); // site
        }
    }

    @Test
    void jooq() {
        DSLContext context = DSL.using(source, SQLDialect.POSTGRES);
        assertEquals(0, context.fetchCount(DSL.table("customers"))); // site
        assertEquals(
                List.of(),
                context.select(DSL.field("note", String.class))
                        .from("customers")
                        .where(DSL.field("id", Long.class).eq(8L))
                        .fetch(row -> row.value1())); // site
        context.transaction(inside -> {
            try (Stream<Record> rows = inside.dsl().fetchStream("select note from customers where id = 9")) {
                assertEquals(0, rows.count()); // site
            }
        });
        assertEquals(
                0, context.select().from("invoices").where("id = 10").stream().count()); // site
    }

    @Test
    void jdbi() {
        Jdbi jdbi = Jdbi.create(source).installPlugin(new SqlObjectPlugin());
        assertEquals(List.of(), jdbi.onDemand(CustomerDao.class).notes("a-3")); // site
        List<String> notes = jdbi.withHandle(handle -> handle.createQuery("select note from customers where id = :id")
                .bind("id", 11)
                .mapTo(String.class)
                .list()); // site
        assertEquals(List.of(), notes);
        jdbi.useTransaction(handle -> handle.execute("update customers set note = 'x' where id = 12")); // site
    }

    @Test
    void plainJdbc() throws SQLException {
        try (Connection c = source.getConnection();
                Statement s = c.createStatement();
                PreparedStatement p = c.prepareStatement("select id from customers where id = ?")) {
            p.setLong(1, 13);
            assertEquals(false, p.executeQuery().next()); // site
            assertTrue(s.execute("select id as n14 from customers where id = 14")); // site
            s.addBatch("update customers set note = 'y' where id = 15");
            s.addBatch("update customers set note = 'y', amount = 1 where id = 16");
            assertEquals(2, s.executeBatch().length); // site
        }
    }

    private static int count(Connection c, String sql) throws SQLException {
        try (Statement s = c.createStatement();
                ResultSet rs = s.executeQuery(sql)) { // site
            rs.next();
            return rs.getInt(1);
        }
    }

    @Test
    void lambdasAndClassesWithoutName() throws Exception {
        try (Connection c = source.getConnection();
                Statement s = c.createStatement()) {
            Callable<Boolean> lambda = () -> s.execute("select id as n17 from customers where id = 17"); // site
            assertTrue(lambda.call());
            Callable<Boolean> anonymous = new Callable<>() {
                @Override
                public Boolean call() throws SQLException {
                    return s.execute("select id as n18 from customers where id = 18"); // site
                }
            };
            assertTrue(anonymous.call());
            assertEquals(
                    List.of(0, 0),
                    Stream.of(19, 20)
                            .map(id -> {
                                try {
                                    return count(c, "select count(*) from customers where id = " + id);
                                } catch (SQLException e) {
                                    throw new IllegalStateException(e);
                                }
                            })
                            .toList());
        }
    }

    /** The application's own layers: a proxy around its classes, an interceptor, a layer around JDBC. */
    @Test
    void proxies() throws Exception {
        JdbcTemplate jdbc = new JdbcTemplate(source);
        Callable<Integer> own =
                () -> jdbc.queryForList("select id as n21 from customers").size(); // site
        @SuppressWarnings("unchecked")
        Callable<Integer> proxied = (Callable<Integer>) Proxy.newProxyInstance(
                SitesScenario.class.getClassLoader(),
                new Class<?>[] {Callable.class},
                (proxy, method, args) -> method.invoke(own, args));
        assertEquals(0, proxied.call());

        CountingInterceptor interceptor = new CountingInterceptor();
        ProxyFactory cglib = new ProxyFactory(jdbc);
        cglib.setProxyTargetClass(true);
        cglib.addAdvice(interceptor);
        JdbcTemplate counted = (JdbcTemplate) cglib.getProxy();
        assertEquals(List.of(), counted.queryForList("select id as n22 from customers where id = 22")); // site
        assertEquals(1, interceptor.calls());

        try (Connection c = LoggingConnections.proxied(source.getConnection());
                PreparedStatement p = c.prepareStatement("select id as n23 from customers where id = 23")) {
            assertEquals(false, p.executeQuery().next()); // site
        }
        try (Connection c = LoggingConnections.wrapped(source.getConnection());
                PreparedStatement p = c.prepareStatement("select id as n24 from customers where id = 24")) {
            assertEquals(false, p.executeQuery().next()); // site
            PreparedStatement another = c.prepareStatement("select id as n30 from customers where id = 30");
            assertTrue(another.execute()); // site
        }
        assertTrue(LoggingConnections.log().containsAll(List.of("executeQuery", "logged", "execute")));
    }

    @Test
    void tasks() throws Exception {
        Tasks tasks = spring.getBean(Tasks.class);
        assertTrue(tasks.ran().await(30, TimeUnit.SECONDS), "the schedule");
        assertEquals(0, tasks.later().get());
        JdbcTemplate jdbc = new JdbcTemplate(source);
        ExecutorService executor = Executors.newFixedThreadPool(2);
        try {
            executor.submit(() -> jdbc.queryForList("select id as n25 from customers where id = 25")) // site
                    .get();
            executor.invokeAll(
                            List.of(() -> jdbc.queryForList("select id as n26 from customers where id = 26"))) // site
                    .get(0)
                    .get();
            CompletableFuture<Integer> first = CompletableFuture.supplyAsync(() -> {
                return jdbc.update("update customers set note = note where id = 27"); // site
            });
            String update = "update invoices set note = note where id = 29";
            CompletableFuture<Integer> then = first.thenApplyAsync(
                    size -> {
                        return size + jdbc.update(update); // site
                    },
                    executor);
            assertEquals(0, then.get());
        } finally {
            executor.shutdown();
        }
        Thread thread = new Thread(() -> jdbc.queryForList("select id as n28 from customers where id = 28")); // site
        thread.start();
        thread.join();
    }

    /** The class is compiled by Kotlin's compiler, not by that of these sources. */
    @Test
    void kotlin() throws Exception {
        Class.forName("io.tenantwarden.tests.sites.KotlinSitesKt")
                .getMethod("everything", DataSource.class)
                .invoke(null, source);
    }
}
