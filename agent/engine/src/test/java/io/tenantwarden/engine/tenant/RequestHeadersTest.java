package io.tenantwarden.engine.tenant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.lang.reflect.Proxy;
import java.net.URLClassLoader;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestHeadersTest {

    private static final Set<String> NAMES = Set.of("X-Tenant-Id", "X-Org");

    private final TestGuard guard = new TestGuard();

    @AfterEach
    void nothingStaysOnTheThread() {
        boolean left = RequestHeaders.current() != null;
        RequestHeaders.exit();
        assertFalse(left);
    }

    private TenantReader reader(String... sources) {
        List<SourceSpec> specs =
                java.util.Arrays.stream(sources).map(SourceSpec::parse).toList();
        return new TenantReader(
                specs,
                new TenantFormat(TenantType.TEXT, null),
                new SourceContext(LoadedClasses.forSources(specs), () -> null, Opener.NONE),
                guard);
    }

    /** A request as a server keeps it: one object, other headers later. */
    private static Object request(Class<?> type, Map<String, String> headers) {
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
            if (method.getName().equals("getHeader")) {
                return headers.get((String) arguments[0]);
            }
            throw new UnsupportedOperationException(method.getName());
        });
    }

    private static Map<String, String> headers(String... pairs) {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (int i = 0; i < pairs.length; i += 2) {
            headers.put(pairs[i], pairs[i + 1]);
        }
        return headers;
    }

    @ParameterizedTest
    @ValueSource(classes = {jakarta.servlet.http.HttpServletRequest.class, javax.servlet.http.HttpServletRequest.class})
    void readsBothServletApis(Class<?> type) throws Exception {
        TenantReader reader = reader("header:x-tenant-id");
        assertNull(reader.read());
        assertTrue(RequestHeaders.enter(request(type, headers("X-TENANT-ID", "acme")), NAMES));
        assertEquals("acme", reader.read());
        RequestHeaders.exit();
        assertNull(reader.read());
    }

    @Test
    void readsWrappersOfRequests() {
        Object inner = request(jakarta.servlet.http.HttpServletRequest.class, headers("X-Org", "acme"));
        Object wrapper =
                new jakarta.servlet.http.HttpServletRequestWrapper((jakarta.servlet.http.HttpServletRequest) inner) {};
        RequestHeaders.Captured captured = RequestHeaders.capture(wrapper, NAMES);
        assertEquals("acme", captured.get("x-org"));
        assertNull(captured.get("X-Tenant-Id"));
        assertNull(captured.get("Authorization"));
    }

    /** Pitfall 40. */
    @Test
    void aRecycledRequestGivesNoOtherCustomersHeader() throws Exception {
        Map<String, String> headers = headers("X-Tenant-Id", "first");
        Object request = request(jakarta.servlet.http.HttpServletRequest.class, headers);
        TenantReader reader = reader("header:X-Tenant-Id");
        assertTrue(RequestHeaders.enter(request, NAMES));
        headers.put("X-Tenant-Id", "second");
        assertEquals("first", reader.read());
        RequestHeaders.exit();
    }

    @Test
    void onlyTheOutermostRequestCounts() throws Exception {
        TenantReader reader = reader("header:X-Tenant-Id");
        Class<?> type = jakarta.servlet.http.HttpServletRequest.class;
        assertTrue(RequestHeaders.enter(request(type, headers("X-Tenant-Id", "outer")), NAMES));
        Object forwarded = request(type, headers("X-Tenant-Id", "forged"));
        assertFalse(RequestHeaders.enter(forwarded, NAMES));
        assertFalse(RequestHeaders.enter(RequestHeaders.capture(forwarded, NAMES)));
        assertEquals("outer", reader.read());
        RequestHeaders.exit();
        assertNull(RequestHeaders.current());
        assertTrue(RequestHeaders.enter(request(type, headers()), NAMES));
        assertNull(reader.read());
        RequestHeaders.exit();
    }

    @Test
    void otherThreadsSeeNoHeaders() throws Exception {
        Object request = request(jakarta.servlet.http.HttpServletRequest.class, headers("X-Org", "acme"));
        assertTrue(RequestHeaders.enter(request, NAMES));
        RequestHeaders.Captured[] seen = {RequestHeaders.current()};
        Thread other = new Thread(() -> seen[0] = RequestHeaders.current());
        other.start();
        other.join();
        assertNull(seen[0]);
        RequestHeaders.exit();
    }

    @Test
    void aRequestThatCannotBeReadFailsTheSource() {
        Object request = Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {jakarta.servlet.http.HttpServletRequest.class},
                (proxy, method, arguments) -> {
                    throw new IllegalStateException("recycled, was acme");
                });
        TenantReader reader = reader("header:X-Tenant-Id", "value:forged");
        assertTrue(RequestHeaders.enter(request, NAMES));
        TenantSourceException e = assertThrows(TenantSourceException.class, reader::read);
        RequestHeaders.exit();
        assertEquals(TenantSourceException.Kind.SOURCE_FAILED, e.kind());
        assertTrue(e.getMessage().contains("getHeader threw java.lang.IllegalStateException"), e.getMessage());
        assertFalse(e.getMessage().contains("acme"), e.getMessage());
    }

    @Test
    void whatIsNoHttpRequestHasNoHeaders() throws Exception {
        TenantReader reader = reader("header:X-Tenant-Id", "value:fallback");
        assertTrue(RequestHeaders.enter(new Object(), NAMES));
        assertEquals("fallback", reader.read());
        RequestHeaders.exit();
    }

    /** Pitfall 38. */
    @Test
    void aHostileHeaderEndsTheSearch() {
        Object request =
                request(jakarta.servlet.http.HttpServletRequest.class, headers("X-Tenant-Id", "x".repeat(1 << 20)));
        TenantReader reader = reader("header:X-Tenant-Id", "value:fallback");
        assertTrue(RequestHeaders.enter(request, NAMES));
        TenantSourceException e = assertThrows(TenantSourceException.class, reader::read);
        RequestHeaders.exit();
        assertEquals(TenantSourceException.Kind.INVALID_TENANT, e.kind());
    }

    /** Pitfall 30. */
    @Test
    void noServerIsPinned() throws Exception {
        assertTrue(WebApplication.isCollected(new WeakReference<>(served())), "a server's class loader is held");
    }

    private static ClassLoader served() throws Exception {
        ClassLoader server = new URLClassLoader(
                new java.net.URL[] {WebApplication.jarOf(jakarta.servlet.http.HttpServletRequest.class)},
                ClassLoader.getPlatformClassLoader());
        Class<?> type = server.loadClass("jakarta.servlet.http.HttpServletRequest");
        for (int i = 0; i < 1_000; i++) {
            assertTrue(RequestHeaders.enter(request(type, headers("X-Org", "acme")), NAMES));
            assertEquals("acme", RequestHeaders.current().get("X-Org"));
            RequestHeaders.exit();
        }
        return server;
    }
}
