package io.tenantwarden.tests.scenarios;

import static io.tenantwarden.tests.scenarios.Observed.rows;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import javax.sql.XAConnection;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.postgresql.xa.PGXADataSource;

/** Distributed transactions: what a transaction manager does with a branch, and what it must not do. */
final class XaKind {

    private XaKind() {}

    private record Branch(int number) implements Xid {
        @Override
        public int getFormatId() {
            return 7;
        }

        @Override
        public byte[] getGlobalTransactionId() {
            return ("branch " + number + " of " + ProcessHandle.current().pid()).getBytes();
        }

        @Override
        public byte[] getBranchQualifier() {
            return new byte[] {1};
        }
    }

    private static String sum(Connection c) throws SQLException {
        try (Statement s = c.createStatement()) {
            return rows(s.executeQuery("select count(*), sum(amount) from things"))
                    .toString();
        }
    }

    static void run(DriverKinds.Connector connector, Observed seen) throws Exception {
        PGXADataSource source = new PGXADataSource();
        source.setUrl(connector.url(""));
        source.setUser(connector.user());
        source.setPassword("secret");
        XAConnection xa = source.getXAConnection();
        try (Connection c = xa.getConnection();
                Statement s = c.createStatement()) {
            XAResource resource = xa.getXAResource();
            int number = 0;
            for (boolean autocommit : new boolean[] {true, false}) {
                if (!autocommit) {
                    c.setAutoCommit(false);
                }
                for (String end : new String[] {"one phase", "two phases", "rollback", "rollback of prepared"}) {
                    Xid xid = new Branch(number++);
                    seen.step(c, end + ": start", () -> {
                        resource.start(xid, XAResource.TMNOFLAGS);
                        return null;
                    });
                    seen.step(c, "work", () -> s.executeUpdate("update things set amount = amount") + sum(c));
                    seen.step(c, "savepoint", () -> c.setSavepoint("inner") != null);
                    seen.step(c, "commit", () -> {
                        c.commit();
                        return null;
                    });
                    seen.step(c, "start again", () -> {
                        resource.start(xid, XAResource.TMNOFLAGS);
                        return null;
                    });
                    seen.step(c, "end", () -> {
                        resource.end(xid, XAResource.TMSUCCESS);
                        return null;
                    });
                    seen.step(c, "finish", () -> {
                        switch (end) {
                            case "one phase" -> resource.commit(xid, true);
                            case "rollback" -> resource.rollback(xid);
                            default -> {
                                int vote = resource.prepare(xid);
                                boolean found = Arrays.asList(resource.recover(XAResource.TMSTARTRSCAN))
                                        .contains(xid);
                                if (end.equals("two phases")) {
                                    resource.commit(xid, false);
                                } else {
                                    resource.rollback(xid);
                                }
                                return vote + " " + found;
                            }
                        }
                        return null;
                    });
                    seen.step(c, "commit twice", () -> {
                        resource.commit(xid, false);
                        return null;
                    });
                }
                seen.step(c, "recover", () -> resource.recover(XAResource.TMSTARTRSCAN | XAResource.TMENDRSCAN).length);
                seen.step(
                        c,
                        "recover again",
                        () -> resource.recover(XAResource.TMSTARTRSCAN).length
                                + resource.recover(XAResource.TMENDRSCAN).length);
                seen.step(c, "a failed branch", () -> {
                    Xid xid = new Branch(99);
                    resource.start(xid, XAResource.TMNOFLAGS);
                    try {
                        s.execute("select 1/0 from things");
                    } catch (SQLException e) {
                        resource.end(xid, XAResource.TMFAIL);
                        resource.rollback(xid);
                    }
                    return sum(c);
                });
                if (!autocommit) {
                    c.rollback();
                }
            }
        } finally {
            xa.close();
        }
    }
}
