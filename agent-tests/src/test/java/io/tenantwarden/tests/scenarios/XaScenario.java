package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tenantwarden.tests.jvm.Db;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.sql.Connection;
import javax.sql.XAConnection;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.junit.jupiter.api.Test;
import org.postgresql.xa.PGXADataSource;

/** Branches of XA keep their tenant. Mode inject. */
class XaScenario extends HardCase {

    private record TestXid(byte[] id) implements Xid {
        @Override
        public int getFormatId() {
            return 7;
        }

        @Override
        public byte[] getGlobalTransactionId() {
            return id;
        }

        @Override
        public byte[] getBranchQualifier() {
            return new byte[] {1};
        }
    }

    @Test
    void xaBranchesKeepTheirTenant() throws Exception {
        PGXADataSource source = new PGXADataSource();
        source.setUrl(Db.url());
        source.setUser("warden_app");
        source.setPassword("secret");
        XAConnection xa = source.getXAConnection();
        try {
            XAResource resource = xa.getXAResource();
            for (int i = 0; i < 4; i++) {
                TenantContext.set(i % 2 == 0 ? "a" : "b");
                Xid xid = new TestXid(new byte[] {(byte) i, (byte) System.nanoTime()});
                try (Connection c = xa.getConnection()) {
                    resource.start(xid, XAResource.TMNOFLAGS);
                    assertSees(c, TenantContext.current());
                    assertEquals(
                            TestDatabase.ROWS,
                            Db.column(c, "update customers set amount = amount returning id")
                                    .size());
                    resource.end(xid, XAResource.TMSUCCESS);
                    resource.prepare(xid);
                    if (i < 2) {
                        resource.commit(xid, false);
                    } else {
                        resource.rollback(xid);
                    }
                    TenantContext.clear();
                    assertSees(c, null);
                }
            }
        } finally {
            xa.close();
        }
    }
}
