package dev.tidar.hub;

import static dev.tidar.hub.HubServer.send;
import static dev.tidar.hub.TestHub.WEIGHTS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.hub.HubServer.Request;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Processes that download one model")
class ProcessesTest {

    private TestHub hub;

    @BeforeEach
    void open(@TempDir Path temporary) {
        hub = new TestHub(temporary.resolve("cache"));
    }

    @AfterEach
    void close() {
        hub.close();
    }

    @Test
    void downloadItOnceWhereTheyDoSoAtTheSameTime() throws Exception {
        hub.server.misbehave("storage GET " + WEIGHTS, exchange -> {
            hub.server.awaitRequests("HEAD", WEIGHTS, 2);
            send(hub.server.content(WEIGHTS)).answer(exchange);
        });
        Process first = HubChild.start(hub);
        Process second = HubChild.start(hub);

        assertThat(last(first)).isEqualTo(last(second)).endsWith(HubServer.COMMIT);

        assertThat(first.waitFor()).isZero();
        assertThat(second.waitFor()).isZero();
        assertThat(hub.server.downloads()).contains(WEIGHTS).doesNotHaveDuplicates();
        assertThat(hub.blob(WEIGHTS)).hasBinaryContent(hub.server.content(WEIGHTS));
    }

    @Test
    void continueWhatOneLeftThatWasKilled() throws Exception {
        int sent = 100_000;
        CountDownLatch killed = new CountDownLatch(1);
        hub.server.misbehave("storage GET " + WEIGHTS, exchange -> {
            exchange.sendResponseHeaders(200, TestHub.WEIGHT_BYTES);
            exchange.getResponseBody().write(hub.server.content(WEIGHTS), 0, sent);
            exchange.getResponseBody().flush();
            TestHub.await(killed);
        });
        Process process = HubChild.start(hub);
        awaitBytes(process, sent);
        process.destroyForcibly().waitFor();
        killed.countDown();
        assertThat(Files.size(hub.partial(WEIGHTS))).isEqualTo(sent);

        Path folder = hub.folder();

        assertThat(folder.resolve(WEIGHTS)).hasBinaryContent(hub.server.content(WEIGHTS));
        assertThat(hub.server.requests())
                .filteredOn(request -> request.host().equals("storage"))
                .extracting(Request::range)
                .containsExactly("null", "bytes=100000-");
    }

    /** Reads until the process says that it has so many bytes of the weights, of which it writes before it says so. */
    private void awaitBytes(Process process, int bytes) throws Exception {
        int others = hub.server.content("config.json").length + hub.server.content("tokenizer.json").length;
        String expected = "downloading %s, %d bytes of".formatted(WEIGHTS, others + bytes);
        BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        String line = out.readLine();
        while (line != null && !line.startsWith(expected)) {
            line = out.readLine();
        }
        assertThat(line).as("what the process says before it ends").isNotNull();
    }

    private static String last(Process process) throws Exception {
        BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        return out.lines().reduce("nothing", (before, line) -> line);
    }
}
