package io.tenantwarden.engine.tenant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.lang.reflect.Proxy;
import java.net.URLClassLoader;
import java.security.Principal;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestValuesTest {

    private static final Class<?> JAKARTA = jakarta.servlet.http.HttpServletRequest.class;

    private TenantReader reader;
    private RequestValues requests;

    private void sources(String... texts) {
        List<SourceSpec> specs = Arrays.stream(texts).map(SourceSpec::parse).toList();
        TestGuard guard = new TestGuard();
        SourceContext context = new SourceContext(LoadedClasses.forSources(specs), AppFrames.NONE, Opener.NONE);
        reader = new TenantReader(specs, new TenantFormat(TenantType.TEXT, null), context, guard);
        requests = new RequestValues(reader, new ValueSources(List.of(), context, guard));
    }

    /**
     * A request as a server keeps it: one object, other contents later. Keys are header names in lower case, {@code host},
     * {@code path}, {@code user}, and attributes with an {@code @} before the name.
     */
    private static Object request(Class<?> type, Map<String, Object> contents) {
        return Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> switch (method.getName()) {
                    case "getHeaders" -> {
                        Object value = contents.get(((String) arguments[0]).toLowerCase(java.util.Locale.ROOT));
                        List<?> values =
                                value == null ? List.of() : value instanceof List<?> list ? list : List.of(value);
                        yield Collections.enumeration(values);
                    }
                    case "getServerName" -> contents.get("host");
                    case "getServletPath" -> contents.get("path");
                    case "getPathInfo" -> null;
                    case "getAttribute" -> contents.get("@" + arguments[0]);
                    case "getSession" -> null;
                    case "getUserPrincipal" ->
                        contents.containsKey("user") ? (Principal) () -> (String) contents.get("user") : null;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    private static Map<String, Object> contents(Object... pairs) {
        Map<String, Object> contents = new HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            contents.put((String) pairs[i], pairs[i + 1]);
        }
        return contents;
    }

    private String read(Object request) throws TenantSourceException {
        Object token = requests.enter(request);
        try {
            return reader.read();
        } finally {
            requests.exit(token);
            assertNull(reader.read(), "something stayed on the thread");
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {jakarta.servlet.http.HttpServletRequest.class, javax.servlet.http.HttpServletRequest.class})
    void readsBothServletApis(Class<?> type) throws Exception {
        sources("header:x-tenant-id");
        assertNull(reader.read());
        assertEquals("acme", read(request(type, contents("x-tenant-id", "acme"))));
        sources("attribute:tenant");
        assertEquals("acme", read(request(type, contents("@tenant", "acme"))));
        sources("session:tenant");
        assertNull(read(request(type, contents())));
        sources("principal");
        assertEquals("acme", read(request(type, contents("user", "acme"))));
    }

    @Test
    void readsWrappersOfRequests() throws Exception {
        sources("header:X-Org");
        Object inner = request(JAKARTA, contents("x-org", "acme"));
        assertEquals(
                "acme",
                read(
                        new jakarta.servlet.http.HttpServletRequestWrapper(
                                (jakarta.servlet.http.HttpServletRequest) inner) {}));
    }

    @Test
    void patternsMatchTheWholeHostAndPath() throws Exception {
        sources("host:([^.]+)\\.example\\.com", "path:/t/([^/]+)/.*");
        assertEquals("acme", read(request(JAKARTA, contents("host", "ACME.example.com", "path", "/t/other/x"))));
        assertEquals("other", read(request(JAKARTA, contents("host", "a.b.example.com", "path", "/t/other/x"))));
        assertNull(read(request(JAKARTA, contents("host", "acme.example.com.evil.test", "path", "/x/t/other/x"))));
    }

    /** Servers use request objects again, for other customers. */
    @Test
    void aRecycledRequestGivesNoOtherCustomersHeader() throws Exception {
        sources("header:X-Tenant-Id");
        Map<String, Object> contents = contents("x-tenant-id", "first");
        Object token = requests.enter(request(JAKARTA, contents));
        contents.put("x-tenant-id", "second");
        assertEquals("first", reader.read());
        requests.exit(token);
        assertNull(reader.read());
    }

    /** What the application sets is read from the request, and not a moment longer than it is served. */
    @Test
    void anAttributeIsReadOnlyWhileTheRequestIsServed() throws Exception {
        sources("attribute:tenant");
        Map<String, Object> contents = contents();
        Object token = requests.enter(request(JAKARTA, contents));
        assertNull(reader.read());
        contents.put("@tenant", "acme");
        assertEquals("acme", reader.read());
        String[] seen = {"unset"};
        Thread other = new Thread(() -> {
            try {
                seen[0] = reader.read();
            } catch (TenantSourceException e) {
                seen[0] = e.toString();
            }
        });
        other.start();
        other.join();
        assertNull(seen[0], "another thread read the request");
        requests.exit(token);
        assertNull(reader.read());
    }

    @Test
    void aWrapperCountsOnlyInside() throws Exception {
        sources("principal");
        Object outer = requests.enter(request(JAKARTA, contents()));
        Object inner = requests.enter(request(JAKARTA, contents("user", "acme")));
        assertNotNull(inner);
        assertEquals("acme", reader.read());
        requests.exit(inner);
        assertNull(reader.read());
        requests.exit(outer);
    }

    @Test
    void headersAreThoseOfTheOutermostRequest() throws Exception {
        sources("header:X-Tenant-Id");
        Object outer = requests.enter(request(JAKARTA, contents("x-tenant-id", "outer")));
        Object inner = requests.enter(request(JAKARTA, contents("x-tenant-id", "forged")));
        assertNull(inner, "nothing to end");
        assertEquals("outer", reader.read());
        requests.exit(outer);
    }

    /** Which of the two a gateway checked is anybody's guess. */
    @Test
    void aHeaderSentTwiceWithDifferentValuesIsInvalid() throws Exception {
        sources("header:X-Tenant-Id", "value:fallback");
        Object request = request(JAKARTA, contents("x-tenant-id", List.of("a", "b")));
        Object token = requests.enter(request);
        TenantSourceException e = assertThrows(TenantSourceException.class, reader::read);
        requests.exit(token);
        assertEquals(TenantSourceException.Kind.INVALID_TENANT, e.kind());
        sources("header:X-Tenant-Id");
        assertEquals("a", read(request(JAKARTA, contents("x-tenant-id", List.of("a", "a")))));
    }

    /** Falling through to the next source could let the client choose. */
    @Test
    void aRequestThatCannotBeReadFailsTheSource() {
        Object request =
                Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {JAKARTA}, (proxy, method, args) -> {
                    throw new IllegalStateException("recycled, was acme");
                });
        for (String source : List.of("header:X-Tenant-Id", "attribute:x", "host:(.*)", "path:(.*)", "principal")) {
            sources(source, "value:forged");
            Object token = requests.enter(request);
            TenantSourceException e = assertThrows(TenantSourceException.class, reader::read, source);
            requests.exit(token);
            assertEquals(TenantSourceException.Kind.SOURCE_FAILED, e.kind());
            assertFalse(e.getMessage().contains("acme"), e.getMessage());
        }
    }

    @Test
    void whatIsNoHttpRequestHasNoValues() throws Exception {
        sources("header:X-Tenant-Id", "attribute:x", "value:fallback");
        Object token = requests.enter(new Object());
        assertEquals("fallback", reader.read());
        requests.exit(token);
    }

    /** Whatever a client can send. */
    @Test
    void aHostileHeaderEndsTheSearch() {
        sources("header:X-Tenant-Id", "value:fallback");
        Object token = requests.enter(request(JAKARTA, contents("x-tenant-id", "x".repeat(1 << 20))));
        TenantSourceException e = assertThrows(TenantSourceException.class, reader::read);
        requests.exit(token);
        assertEquals(TenantSourceException.Kind.INVALID_TENANT, e.kind());
    }

    /** What a server undeploys has to go. */
    @Test
    void noServerIsPinned() throws Exception {
        sources("header:X-Org", "attribute:tenant");
        assertTrue(WebApplication.isCollected(new WeakReference<>(served())), "a server's class loader is held");
    }

    private ClassLoader served() throws Exception {
        ClassLoader server = new URLClassLoader(
                new java.net.URL[] {WebApplication.jarOf(JAKARTA)}, ClassLoader.getPlatformClassLoader());
        Class<?> type = server.loadClass("jakarta.servlet.http.HttpServletRequest");
        for (int i = 0; i < 1_000; i++) {
            assertEquals("acme", read(request(type, contents("@tenant", "acme"))));
        }
        return server;
    }
}
