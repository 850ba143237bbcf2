package io.tenantwarden.cli;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonWriter;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A headless Chromium on loopback, spoken to by its DevTools protocol: what a reader of the page sees and does. For one thread.
 *
 * @see <a href="https://chromedevtools.github.io/devtools-protocol/">Chrome DevTools Protocol</a>
 */
final class Chromium implements AutoCloseable {

    private static final long SECONDS = 60;

    private final Process process;
    private final Path profile;
    private final WebSocket socket;
    private final BlockingQueue<JsonObject> messages = new LinkedBlockingQueue<>();
    private String session;
    private int lastId;

    /** The program; null when it is not installed (Debian: {@code apt-get install chromium}). */
    static Path program() {
        return Stream.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
    }

    Chromium(Path profile) throws Exception {
        this.profile = profile;
        process = new ProcessBuilder(
                        program().toString(),
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--disable-background-networking",
                        "--no-first-run",
                        "--remote-debugging-address=127.0.0.1",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        "about:blank")
                .redirectErrorStream(true)
                .redirectOutput(profile.resolve("output").toFile())
                .start();
        try {
            socket = HttpClient.newHttpClient()
                    .newWebSocketBuilder()
                    .buildAsync(address(), new Listener())
                    .get(SECONDS, TimeUnit.SECONDS);
            String target =
                    call("Target.createTarget", Map.of("url", "about:blank")).getString("targetId");
            session = call("Target.attachToTarget", Map.of("targetId", target, "flatten", true))
                    .getString("sessionId");
            call("Page.enable", Map.of());
            call("Runtime.enable", Map.of());
            call("Log.enable", Map.of());
        } catch (Exception e) {
            process.destroyForcibly();
            throw e;
        }
    }

    private URI address() throws Exception {
        Path file = profile.resolve("DevToolsActivePort");
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (System.nanoTime() < end && process.isAlive()) {
            if (Files.exists(file) && Files.readAllLines(file).size() == 2) {
                var lines = Files.readAllLines(file);
                return URI.create("ws://127.0.0.1:" + lines.get(0) + lines.get(1));
            }
            Thread.sleep(50);
        }
        throw new IOException("Chromium did not start: " + Files.readString(profile.resolve("output")));
    }

    private final class Listener implements WebSocket.Listener {

        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                try {
                    messages.add(JsonParser.object().from(text.toString()));
                } catch (com.grack.nanojson.JsonParserException e) {
                    throw new IllegalStateException(e);
                }
                text.setLength(0);
            }
            webSocket.request(1);
            return null;
        }
    }

    /** Sends a command and waits for its answer. */
    JsonObject call(String method, Map<String, ?> parameters) throws Exception {
        JsonObject message = new JsonObject();
        message.put("id", ++lastId);
        message.put("method", method);
        message.put("params", new JsonObject(parameters));
        if (session != null) {
            message.put("sessionId", session);
        }
        socket.sendText(JsonWriter.string(message), true).get(SECONDS, TimeUnit.SECONDS);
        while (true) {
            JsonObject answer = next();
            if (answer.getInt("id", -1) == lastId) {
                if (answer.has("error")) {
                    throw new IllegalStateException(method + ": " + answer);
                }
                return answer.getObject("result");
            }
            complain(answer);
        }
    }

    private JsonObject next() throws Exception {
        JsonObject message = messages.poll(SECONDS, TimeUnit.SECONDS);
        if (message == null) {
            throw new IllegalStateException("Chromium does not answer");
        }
        return message;
    }

    /** A page of ours has no error, opens no dialogue and breaks no rule of its own policy. */
    private static void complain(JsonObject event) {
        String method = event.getString("method", "");
        boolean error = method.equals("Runtime.exceptionThrown")
                || method.equals("Page.javascriptDialogOpening")
                || method.equals("Log.entryAdded")
                        && event.getObject("params")
                                .getObject("entry")
                                .getString("level", "")
                                .equals("error");
        if (error) {
            throw new AssertionError(event.toString());
        }
    }

    void open(Path page) throws Exception {
        call("Page.navigate", Map.of("url", page.toUri().toString()));
        while (true) {
            JsonObject event = next();
            complain(event);
            if (event.getString("method", "").equals("Page.loadEventFired")) {
                return;
            }
        }
    }

    /** The value of an expression in the page; it runs also where the page's own scripts may not. */
    Object eval(String expression) throws Exception {
        JsonObject result = call("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true));
        if (result.has("exceptionDetails")) {
            throw new AssertionError(expression + ": " + result);
        }
        return result.getObject("result").get("value");
    }

    void screenshot(Path file) throws Exception {
        byte[] png = Base64.getDecoder()
                .decode(call("Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true))
                        .getString("data"));
        Files.createDirectories(file.getParent());
        Files.write(file, png);
    }

    @Override
    public void close() throws Exception {
        socket.abort();
        process.destroy();
        if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }
}
