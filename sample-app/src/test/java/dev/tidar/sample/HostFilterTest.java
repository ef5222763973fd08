package dev.tidar.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import reactor.core.publisher.Mono;

@DisplayName("A request for a host")
class HostFilterTest {

    private static final HostFilter FILTER = allowing("chat.example.org");

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "localhost",
                "LOCALHOST:8080",
                "localhost.:8080",
                "app.localhost:8080",
                "127.0.0.1",
                "192.168.1.20:8080",
                "[::1]:8080",
                "[fe80::1%eth0]",
                "chat.example.org",
                "Chat.Example.Org:443"
            })
    void thatIsAnAddressOrLocalOrAllowedIsServed(String host) {
        assertThat(FILTER.isAllowed(host)).isTrue();
    }

    @Test
    void ofTheNameOfThisMachineIsServed() throws UnknownHostException {
        assertThat(FILTER.isAllowed(InetAddress.getLocalHost().getHostName() + ":8080"))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "evil.example:8080",
                "localhost.evil.example",
                "notlocalhost",
                "127.0.0.1.evil.example",
                "1.2.3",
                "sub.chat.example.org",
                "localhost:8080:evil",
                "[::1]evil.example",
                "[evil]",
                ""
            })
    void thatAStrangerCanNameIsNot(String host) {
        assertThat(FILTER.isAllowed(host)).isFalse();
    }

    @Test
    void ofAnyNameIsServedWhereAllAreAllowed() {
        assertThat(allowing("*").isAllowed("evil.example")).isTrue();
    }

    @Test
    void thatIsNotServedGetsAProblemThatNamesTheProperty() {
        var exchange = MockServerWebExchange.from(
                MockServerHttpRequest.get("/api/engine").header("Host", "evil.example"));

        FILTER.filter(exchange, next -> Mono.error(new AssertionError("was served")))
                .block();

        assertThat(exchange.getResponse().getStatusCode()).isEqualTo(HttpStatus.MISDIRECTED_REQUEST);
        assertThat(exchange.getResponse().getHeaders().getContentType()).isEqualTo(MediaType.APPLICATION_PROBLEM_JSON);
        assertThat(exchange.getResponse().getBodyAsString().block()).contains("sample.allowed-hosts");
    }

    private static HostFilter allowing(String host) {
        Duration time = Duration.ofSeconds(1);
        return new HostFilter(new SampleProperties(List.of(host), time, time, time));
    }
}
