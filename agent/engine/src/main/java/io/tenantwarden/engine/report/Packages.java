package io.tenantwarden.engine.report;

import static io.tenantwarden.engine.report.Packages.Owner.APPLICATION;
import static io.tenantwarden.engine.report.Packages.Owner.DRIVER;
import static io.tenantwarden.engine.report.Packages.Owner.FRAMEWORK;
import static io.tenantwarden.engine.report.Packages.Owner.JDK;
import static io.tenantwarden.engine.report.Packages.Owner.PLUMBING;
import static io.tenantwarden.engine.report.Packages.Owner.POOL;
import static io.tenantwarden.engine.report.Packages.Owner.WARDEN;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Whose code a class is, by its package. Everything that is not listed belongs to the application: a library that was forgotten here is named
 * as a site (and {@code warden.app.packages} helps), the other way round the application's own line would be lost.
 *
 * <p>A look-up is a binary search in a sorted array and at most a few prefix comparisons; it allocates nothing.
 */
final class Packages {

    /** Whose code a class is. */
    enum Owner {
        JDK,
        DRIVER,
        POOL,
        /** Templates, mappers, sessions and interceptors: everybody's statements pass through them. */
        PLUMBING,
        /** Servers, schedulers, migration tools and the like, which have statements of their own. */
        FRAMEWORK,
        WARDEN,
        APPLICATION
    }

    private static final String[] JDK_PREFIXES = {"java.", "javax.", "jdk.", "sun.", "com.sun."};

    /** PostgreSQL drivers and other clients, and drivers that wrap them. */
    private static final String[] DRIVER_PREFIXES = {
        "org.postgresql.",
        "com.yugabyte.",
        "com.edb.",
        "org.opengauss.",
        "com.impossibl.postgres.",
        "io.r2dbc.",
        "io.reactiverse.pgclient.",
        "com.github.jasync.",
        "com.github.mauricio.async.",
        "com.github.pgasync.",
        "software.amazon.jdbc.",
        "com.google.cloud.sql.",
    };

    /** Connection pools, transaction managers that hand out connections, and data sources that only observe. */
    private static final String[] POOL_PREFIXES = {
        "com.zaxxer.hikari.",
        "org.apache.commons.dbcp.",
        "org.apache.commons.dbcp2.",
        "org.apache.commons.pool.",
        "org.apache.commons.pool2.",
        "org.apache.tomcat.dbcp.",
        "org.apache.tomcat.jdbc.",
        "com.mchange.",
        "io.agroal.",
        "com.alibaba.druid.",
        "org.vibur.",
        "com.jolbox.bonecp.",
        "com.atomikos.",
        "bitronix.tm.",
        "oracle.ucp.",
        "org.jboss.jca.",
        "com.arjuna.",
        "com.ibm.ws.rsadapter.",
        "net.ttddyy.dsproxy.",
        "com.p6spy.",
        "net.sf.log4jdbc.",
        "com.github.gavlyukovskiy.",
    };

    private static final String[] PLUMBING_PREFIXES = {
        // persistence and data access
        "org.hibernate.",
        "org.eclipse.persistence.",
        "org.apache.openjpa.",
        "org.datanucleus.",
        "io.ebean.",
        "io.ebeaninternal.",
        "org.springframework.aop.",
        "org.springframework.cglib.",
        "org.springframework.core.",
        "org.springframework.dao.",
        "org.springframework.data.",
        "org.springframework.jdbc.",
        "org.springframework.orm.",
        "org.springframework.retry.",
        "org.springframework.transaction.",
        "org.springframework.util.",
        "org.apache.ibatis.",
        "org.mybatis.",
        "com.baomidou.mybatisplus.",
        "tk.mybatis.",
        "com.github.pagehelper.",
        "org.jooq.",
        "org.jdbi.",
        "org.jetbrains.exposed.",
        "org.ktorm.",
        "com.querydsl.",
        "io.github.openfeign.querydsl.",
        "com.blazebit.",
        "org.sql2o.",
        "org.apache.commons.",
        "com.j256.ormlite.",
        "org.seasar.doma.",
        "org.apache.deltaspike.",
        "slick.",
        "scalikejdbc.",
        "anorm.",
        "doobie.",
        "io.getquill.",
        "io.micronaut.aop.",
        "io.micronaut.data.",
        "io.micronaut.transaction.",
        "io.quarkus.arc.",
        "io.quarkus.hibernate.",
        "io.quarkus.narayana.",
        "io.quarkus.panache.",
        "jakarta.",
        "org.jboss.weld.",
        "org.apache.webbeans.",
        "com.google.inject.",
        // what schedulers, migration tools and engines run their statements with
        "org.flywaydb.core.internal.jdbc.",
        "liquibase.database.",
        "liquibase.executor.",
        "com.github.kagkarlsson.jdbc.",
        "org.quartz.impl.jdbcjobstore.",
        "org.camunda.bpm.engine.impl.db.",
        "org.camunda.bpm.engine.impl.interceptor.",
        "org.camunda.bpm.engine.impl.persistence.",
        "org.cibseven.bpm.engine.impl.db.",
        "org.cibseven.bpm.engine.impl.interceptor.",
        "org.cibseven.bpm.engine.impl.persistence.",
        "org.operaton.bpm.engine.impl.db.",
        "org.operaton.bpm.engine.impl.interceptor.",
        "org.operaton.bpm.engine.impl.persistence.",
        "org.eximeebpms.bpm.engine.impl.db.",
        "org.eximeebpms.bpm.engine.impl.interceptor.",
        "org.eximeebpms.bpm.engine.impl.persistence.",
        "org.activiti.engine.impl.db.",
        "org.activiti.engine.impl.interceptor.",
        "org.activiti.engine.impl.persistence.",
        "org.flowable.common.engine.impl.db.",
        "org.flowable.common.engine.impl.interceptor.",
        "org.flowable.common.engine.impl.persistence.",
        "org.flowable.engine.impl.persistence.",
        // reactive, retry, cache, aspects, language run-times
        "reactor.",
        "org.reactivestreams.",
        "io.reactivex.",
        "rx.",
        "io.github.resilience4j.",
        "dev.failsafe.",
        "com.github.benmanes.caffeine.",
        "com.google.common.",
        "net.bytebuddy.",
        "javassist.",
        "net.sf.cglib.",
        "org.objenesis.",
        "org.aspectj.",
        "org.aopalliance.",
        "kotlin.",
        "kotlinx.",
        "scala.",
        "groovy.",
        "org.codehaus.groovy.",
        "org.apache.groovy.",
        "clojure.",
        "zio.",
        "cats.",
    };

    private static final String[] FRAMEWORK_PREFIXES = {
        "org.springframework.",
        "org.hibernate.tool.",
        // migration, locks, schedulers, processes
        "org.flywaydb.",
        "liquibase.",
        "net.javacrumbs.shedlock.",
        "org.quartz.",
        "com.github.kagkarlsson.scheduler.",
        "org.jobrunr.",
        "org.axonframework.",
        "org.apache.camel.",
        "org.camunda.bpm.",
        "org.cibseven.bpm.",
        "org.operaton.bpm.",
        "org.eximeebpms.bpm.",
        "org.flowable.",
        "org.activiti.",
        // containers and web servers
        "org.apache.catalina.",
        "org.apache.coyote.",
        "org.apache.tomcat.",
        "org.apache.jasper.",
        "org.apache.openejb.",
        "org.apache.tomee.",
        "org.eclipse.jetty.",
        "org.eclipse.microprofile.",
        "org.mortbay.",
        "io.undertow.",
        "org.xnio.",
        "io.netty.",
        "io.quarkus.",
        "io.smallrye.",
        "io.vertx.",
        "io.micronaut.",
        "io.helidon.",
        "io.javalin.",
        "io.ktor.",
        "io.dropwizard.",
        "io.grpc.",
        "org.jboss.",
        "org.wildfly.",
        "org.glassfish.",
        "weblogic.",
        "com.ibm.ws.",
        "com.ibm.websphere.",
        "org.apache.cxf.",
        "org.apache.wicket.",
        "org.apache.struts2.",
        "org.apache.shiro.",
        "com.opensymphony.",
        "com.vaadin.",
        "com.netflix.graphql.",
        "graphql.",
        "play.",
        "akka.",
        "org.apache.pekko.",
        // messaging and remote data
        "org.apache.kafka.",
        "org.apache.activemq.",
        "org.apache.pulsar.",
        "com.rabbitmq.",
        "com.hazelcast.",
        "io.lettuce.",
        "io.awspring.",
        "software.amazon.awssdk.",
        // mapping
        "com.fasterxml.jackson.",
        "tools.jackson.",
        // observation and logging
        "org.slf4j.",
        "ch.qos.logback.",
        "org.apache.logging.",
        "org.apache.log4j.",
        "org.tinylog.",
        "io.micrometer.",
        "io.opentelemetry.",
        "io.opentracing.",
        "brave.",
        "datadog.",
        "com.newrelic.",
        "co.elastic.apm.",
        "com.codahale.metrics.",
        // test runners
        "org.junit.",
        "junit.",
        "org.testng.",
        "org.mockito.",
        "org.spockframework.",
        "org.apache.maven.surefire.",
        "worker.org.gradle.",
        "org.gradle.",
    };

    private static final String[] WARDEN_PREFIXES = {
        "io.tenantwarden.bootstrap.",
        "io.tenantwarden.engine.",
        "io.tenantwarden.instrumentation.",
        "io.tenantwarden.rls."
    };

    /** Applications that live inside a framework's name space. */
    private static final String[] APPLICATION_PREFIXES = {
        "org.springframework.samples.", "org.jboss.as.quickstarts.", "org.eclipse.jetty.demo."
    };

    private static volatile Packages known = new Packages(Set.of());

    private final Set<String> moreDrivers;
    private final String[] prefixes;
    private final Owner[] owners;
    /** Index of the longest other prefix that the one at this index begins with; -1 when none. */
    private final int[] parents;

    private Packages(Set<String> moreDrivers) {
        this.moreDrivers = Set.copyOf(moreDrivers);
        Map<String, Owner> sorted = new TreeMap<>();
        add(sorted, JDK, JDK_PREFIXES);
        add(sorted, DRIVER, DRIVER_PREFIXES);
        add(sorted, DRIVER, moreDrivers.toArray(String[]::new));
        add(sorted, POOL, POOL_PREFIXES);
        add(sorted, FRAMEWORK, FRAMEWORK_PREFIXES);
        add(sorted, PLUMBING, PLUMBING_PREFIXES);
        add(sorted, WARDEN, WARDEN_PREFIXES);
        add(sorted, APPLICATION, APPLICATION_PREFIXES);
        prefixes = sorted.keySet().toArray(String[]::new);
        owners = sorted.values().toArray(Owner[]::new);
        parents = new int[prefixes.length];
        for (int i = 0; i < prefixes.length; i++) {
            int parent = i - 1;
            while (parent >= 0 && !prefixes[i].startsWith(prefixes[parent])) {
                parent = parents[parent];
            }
            parents[i] = parent;
        }
    }

    private static void add(Map<String, Owner> sorted, Owner owner, String[] names) {
        for (String name : names) {
            sorted.put(name, owner);
        }
    }

    /** Whose code the class with this binary name is; the longest listed prefix decides. */
    static Owner ownerOf(String className) {
        return known.find(className);
    }

    /** Classes with this prefix are a driver's: one that was found under a name of its own. */
    static synchronized void driver(String prefix) {
        Set<String> drivers = new TreeSet<>(known.moreDrivers);
        drivers.add(prefix);
        known = new Packages(drivers);
    }

    private Owner find(String className) {
        int low = 0;
        int high = prefixes.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (prefixes[middle].compareTo(className) <= 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        // Sorted order puts every prefix of the name at or before this place, and all of them on one chain of parents.
        for (int i = high; i >= 0; i = parents[i]) {
            if (className.startsWith(prefixes[i])) {
                return owners[i];
            }
        }
        return APPLICATION;
    }
}
