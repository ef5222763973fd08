package dev.tidar.hub;

import static dev.tidar.hub.HubServer.send;
import static dev.tidar.hub.HubServer.status;
import static dev.tidar.hub.TestHub.WEIGHTS;
import static dev.tidar.hub.TestHub.WEIGHT_BYTES;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tidar.api.EngineClosedException;
import dev.tidar.api.HubException;
import dev.tidar.api.HubException.Fault;
import dev.tidar.api.HubModel;
import dev.tidar.api.HubToken;
import dev.tidar.hub.HubServer.Misbehaviour;
import dev.tidar.hub.HubServer.Request;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A download from a hub that misbehaves")
class DownloadTest {

    private static final String STORAGE = "storage GET " + WEIGHTS;
    private static final String LISTING = "GET revision/main";

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
    void continuesWhereTheConnectionWasCut() {
        hub.server.misbehave(STORAGE, hub.server.cut(WEIGHTS, 100_000), hub.server.cut(WEIGHTS, 50_000));

        assertWhole(hub.folder());

        assertThat(ranges()).containsExactly("null", "bytes=100000-", "bytes=150000-");
        assertThat(hub.pauses.asked).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2));
    }

    @Test
    void keepsWhatItHasForTheNextStartWhereItGivesUp() throws IOException {
        hub.server.misbehave(STORAGE, cuts(4, 10_000));

        HubException failure = failure(options -> options);

        assertThat(failure.fault()).isEqualTo(Fault.UNREACHABLE);
        assertThat(failure.isTransient()).isTrue();
        assertThat(hub.partial(WEIGHTS)).hasSize(40_000);
        assertWhole(hub.folder());
        assertThat(ranges()).last().isEqualTo("bytes=40000-");
    }

    @Test
    void countsOnlyFailuresWithoutProgressBetweenThem() {
        byte[] large = new byte[6 << 20];
        hub.server.put(WEIGHTS, large);
        hub.server.misbehave(STORAGE, cuts(5, 1 << 20));

        assertThat(hub.folder().resolve(WEIGHTS)).hasBinaryContent(large);

        assertThat(hub.pauses.asked).hasSize(5).containsOnly(Duration.ofSeconds(1));
    }

    @Test
    void beginsAnewWhereTheHubCannotContinue() {
        hub.server.misbehave(STORAGE, hub.server.cut(WEIGHTS, 100_000), send(hub.server.content(WEIGHTS)));

        assertWhole(hub.folder());
    }

    @Test
    void beginsAnewWhereTheHubHasNothingAfterWhatIsThere() {
        hub.server.misbehave(STORAGE, hub.server.cut(WEIGHTS, 100_000), status(416));

        assertWhole(hub.folder());

        assertThat(ranges()).containsExactly("null", "bytes=100000-", "null");
    }

    @Test
    void beginsAnewWhereWhatAnEarlierDownloadLeftIsDamaged() throws IOException {
        Path left = hub.partial(WEIGHTS);
        for (int size : List.of(1000, WEIGHT_BYTES, WEIGHT_BYTES + 1)) {
            Files.createDirectories(left.getParent());
            Files.write(left, new byte[size]);
            Files.deleteIfExists(hub.blob(WEIGHTS));
            Files.deleteIfExists(hub.model().resolve("tidar").resolve(HubServer.COMMIT));
            Files.deleteIfExists(hub.model().resolve("snapshots/" + HubServer.COMMIT + "/" + WEIGHTS));

            assertWhole(hub.folder());
        }
    }

    @Test
    void isRefusedWhereItHasAnotherHash() {
        hub.server.misbehave(STORAGE, send(TestHub.weights(2)));

        HubException failure = failure(options -> options);

        assertThat(failure.fault()).isEqualTo(Fault.WRONG_ANSWER);
        assertThat(failure).hasMessageContainingAll(WEIGHTS, hub.server.hash(WEIGHTS), "proxy");
        assertNothingStays();
    }

    @Test
    void isRefusedWhereASmallFileHasAnotherHash() {
        hub.server.misbehave("hub GET tokenizer.json", send("{\"model\": 2}".getBytes(UTF_8)));

        assertThat(failure(options -> options))
                .hasMessageContainingAll("tokenizer.json", hub.server.hash("tokenizer.json"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, WEIGHT_BYTES - 1, WEIGHT_BYTES + 1})
    void isRefusedWhereItHasAnotherLength(int length) {
        hub.server.misbehave(STORAGE, repeated(8, send(Arrays.copyOf(hub.server.content(WEIGHTS), length))));

        HubException failure = failure(options -> options);

        assertThat(failure.fault()).isIn(Fault.WRONG_ANSWER, Fault.UNREACHABLE);
        assertThat(failure).hasMessageContainingAll(WEIGHTS, String.valueOf(WEIGHT_BYTES));
        assertNothingStays();
    }

    @Test
    void isRefusedWhereMoreBytesComeThanAnnounced() {
        hub.server.misbehave(STORAGE, exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(Arrays.copyOf(hub.server.content(WEIGHTS), WEIGHT_BYTES + 9));
        });

        assertThat(failure(options -> options).fault()).isEqualTo(Fault.WRONG_ANSWER);
        assertNothingStays();
    }

    @Test
    void waitsAsLongAsTheHubAsks() {
        hub.server.misbehave(
                LISTING,
                status(429, "Retry-After", "7"),
                status(429, "Retry-After", "Mon, 30 Nov 2026 10:00:30 GMT", "Date", "Mon, 30 Nov 2026 10:00:00 GMT"),
                status(429, "RateLimit", "\"api\";r=0;t=55"));

        assertWhole(hub.folder());

        assertThat(hub.pauses.asked).hasSize(3);
        assertThat(hub.pauses.asked.get(0)).hasSeconds(7);
        assertThat(hub.pauses.asked.get(2)).hasSeconds(56);
    }

    @Test
    void doesNotWaitForHours() {
        hub.server.misbehave(LISTING, status(429, "Retry-After", "7200"));

        HubException failure = failure(options -> options);

        assertThat(failure.fault()).isEqualTo(Fault.RATE_LIMITED);
        assertThat(failure.retryAfter()).contains(Duration.ofHours(2));
        assertThat(failure).hasMessageContaining("7200 s");
        assertThat(hub.pauses.asked).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 500, 502, 503, 504})
    void isTriedAgainWhereTheHubFails(int status) {
        hub.server.misbehave(LISTING, status(status)).misbehave("HEAD config.json", status(status));

        assertWhole(hub.folder());

        assertThat(hub.pauses.asked).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2));
    }

    @Test
    void isTriedAgainAtTheHubWhereAnAddressOfItsStorageHasExpired() {
        hub.server.misbehave(STORAGE, status(403));

        assertWhole(hub.folder());

        assertThat(hub.server.downloads()).filteredOn(WEIGHTS::equals).hasSize(2);
    }

    @Test
    void endsWhereTheModelIsGated() {
        hub.server.misbehave("hub GET config.json", status(401, "X-Error-Code", "GatedRepo"));

        HubException failure = failure(options -> options);

        assertThat(failure.fault()).isEqualTo(Fault.NO_ACCESS);
        assertThat(failure).hasMessageContainingAll("gated", hub.server.address() + "/acme/tiny", "HF_TOKEN");
        assertThat(failure.isTransient()).isFalse();
    }

    @Test
    void endsWhereTheTokenHasNoAccess() {
        hub.server.misbehave(LISTING, status(403));

        HubException failure = failure(options -> options.withToken(new HubToken("hf_secret")));

        assertThat(failure.fault()).isEqualTo(Fault.NO_ACCESS);
        assertThat(failure).hasMessageContaining("token").hasMessageNotContaining("hf_secret");
    }

    @Test
    void endsWhereTheHubHasNoSuchModel() {
        HubException missing = failure(HubModel.of("hf:acme/other"));
        hub.server.misbehave(LISTING, status(401));
        HubException unknown = failure(options -> options);

        assertThat(missing.fault()).isEqualTo(Fault.NOT_FOUND);
        assertThat(missing).hasMessageContainingAll("hf:acme/other", "check the name");
        assertThat(unknown.fault()).isEqualTo(Fault.NOT_FOUND);
        assertThat(unknown).hasMessageContainingAll("hf:acme/tiny", "private", "HF_TOKEN");
    }

    @Test
    void endsWhereTheModelHasNoSuchRevision() {
        hub.server.misbehave("GET revision/v9", status(404, "X-Error-Code", "RevisionNotFound"));

        assertThat(failure(HubModel.of("hf:acme/tiny@v9"))).hasMessageContainingAll("no revision \"v9\"", "'@'");
    }

    @Test
    void endsWhereTheHubRedirectsForEver() {
        hub.server.misbehave(LISTING, repeated(20, status(302, "Location", "/api/models/acme/tiny/revision/main")));

        HubException failure = failure(options -> options);

        assertThat(failure.fault()).isEqualTo(Fault.WRONG_ANSWER);
        assertThat(failure).hasMessageContainingAll("redirects more than 10 times", "HF_ENDPOINT");
        assertThat(hub.server.requests()).hasSize(11);
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:///etc/passwd", "ftp://example.org/x", "http:", "http://[bad"})
    void endsWhereTheHubRedirectsToWhatIsNoAddress(String location) {
        hub.server.misbehave(LISTING, status(302, "Location", location));

        assertThat(failure(options -> options).fault()).isEqualTo(Fault.WRONG_ANSWER);
    }

    @Test
    void followsAModelThatHasMovedWithinTheHubAndKeepsItsToken() {
        hub.server.misbehave("hub HEAD config.json", status(307, "Location", "config.json?moved"));

        assertWhole(hub.folder(options -> options.withToken(new HubToken("t"))));

        assertThat(hub.server.requests())
                .filteredOn(request -> request.path().endsWith("config.json"))
                .extracting(Request::token)
                .hasSize(3)
                .containsOnly("Bearer t");
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html>Please log in</html>", "{}", "{\"sha\": \"../../x\"}", "[", ""})
    void endsWhereSomethingElseThanAHubAnswers(String answer) {
        hub.server.misbehave(LISTING, send(answer.getBytes(UTF_8)));

        HubException failure = failure(options -> options);

        assertThat(failure.fault()).isEqualTo(Fault.WRONG_ANSWER);
        assertThat(failure).hasMessageContainingAll("does not answer as a hub", "HF_ENDPOINT");
    }

    @Test
    void endsWhereTheHubGivesNoHashThatCouldBeChecked() {
        hub.server.misbehave("HEAD config.json", status(200, "ETag", "\"../../../evil\"", "Content-Length", "2"));

        assertThat(failure(options -> options)).hasMessageContaining("no hash of config.json");
    }

    @Test
    void endsWhereTheHubGivesAFileOfAnotherCommit() {
        hub.server.misbehave("HEAD config.json", status(200, "X-Repo-Commit", "f".repeat(40)));

        assertThat(failure(options -> options)).hasMessageContainingAll("config.json", "another commit");
    }

    @Test
    void endsWhereNoHubCanBeReached() {
        URI nowhere = hub.server.address();
        hub.server.close();

        HubException failure = failure(options -> options);

        assertThat(failure.fault()).isEqualTo(Fault.UNREACHABLE);
        assertThat(failure).hasMessageContainingAll(nowhere.toString(), "HF_ENDPOINT", "proxy");
        assertThat(hub.pauses.asked).as("attempts after the first").hasSize(3);
    }

    @Test
    void isCutWhereNoByteComesForTooLong() {
        CountDownLatch never = new CountDownLatch(1);
        hub.server.misbehave(STORAGE, repeated(9, stalled(never)));

        HubException failure = failure(options -> options.withLimits(Duration.ofMinutes(1), Duration.ofMillis(100), 0));

        assertThat(failure.fault()).isEqualTo(Fault.UNREACHABLE);
        assertThat(failure).hasMessageContaining("no byte came for 100 ms");
        never.countDown();
    }

    @Test
    void endsWithItsEngineEvenWhileNoByteComes() {
        CountDownLatch never = new CountDownLatch(1);
        AtomicBoolean closed = new AtomicBoolean();
        hub.server.misbehave(STORAGE, exchange -> {
            closed.set(true);
            stalled(never).answer(exchange);
        });

        assertThatThrownBy(() -> new ModelHub(hub.options(), closed::get, (stage, part) -> {}, System::nanoTime)
                        .folder(TestHub.MODEL))
                .isInstanceOf(EngineClosedException.class);
        never.countDown();
    }

    @Test
    void isMadeOnceByTwoEnginesOfOneProcess() {
        CountDownLatch both = new CountDownLatch(2);
        Misbehaviour waits = exchange -> {
            TestHub.await(both);
            send(hub.server.content(WEIGHTS)).answer(exchange);
        };
        hub.server.misbehave(STORAGE, waits);
        var folders = List.of(started(both), started(both));

        folders.forEach(folder -> assertWhole(folder.join()));

        assertThat(hub.server.downloads()).filteredOn(WEIGHTS::equals).hasSize(1);
    }

    private CompletableFuture<Path> started(CountDownLatch begun) {
        Supplier<Path> download = () -> new ModelHub(
                        hub.options(),
                        () -> {
                            begun.countDown();
                            return false;
                        },
                        (stage, part) -> {},
                        System::nanoTime)
                .folder(TestHub.MODEL);
        // not on the common pool, where the client's own work would wait for these two on a machine with few processors
        return CompletableFuture.supplyAsync(download, work -> new Thread(work, "engine").start());
    }

    private Misbehaviour stalled(CountDownLatch until) {
        return exchange -> {
            exchange.sendResponseHeaders(200, WEIGHT_BYTES);
            exchange.getResponseBody().write(hub.server.content(WEIGHTS), 0, 10);
            exchange.getResponseBody().flush();
            TestHub.await(until);
        };
    }

    private Misbehaviour[] cuts(int count, int bytes) {
        return repeated(count, hub.server.cut(WEIGHTS, bytes));
    }

    private static Misbehaviour[] repeated(int count, Misbehaviour misbehaviour) {
        Misbehaviour[] all = new Misbehaviour[count];
        Arrays.fill(all, misbehaviour);
        return all;
    }

    private HubException failure(UnaryOperator<dev.tidar.api.HubOptions> change) {
        return catchThrowableOfType(HubException.class, () -> hub.folder(change));
    }

    private HubException failure(HubModel model) {
        return catchThrowableOfType(HubException.class, () -> hub.folder(model, options -> options));
    }

    /** The ranges in which the bytes of the weights were asked for. */
    private List<String> ranges() {
        return hub.server.requests().stream()
                .filter(request -> request.host().equals("storage"))
                .map(Request::range)
                .toList();
    }

    private void assertWhole(Path folder) {
        assertThat(folder.resolve(WEIGHTS)).hasBinaryContent(hub.server.content(WEIGHTS));
        assertThat(hub.partial(WEIGHTS)).doesNotExist();
    }

    private void assertNothingStays() {
        assertThat(hub.blob(WEIGHTS)).doesNotExist();
        assertThat(hub.partial(WEIGHTS)).doesNotExist();
        assertThat(hub.model().resolve("refs")).doesNotExist();
    }
}
