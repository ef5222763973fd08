package dev.tidar.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidar.api.HubOptions;
import dev.tidar.api.HubToken;
import dev.tidar.api.PullModelStrategy;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

@DisplayName("The properties under tidar.hub")
class TidarHubPropertiesTest {

    @Test
    void areTheOptionsOfTheEngine() {
        HubOptions options = bound(Map.of(
                        "cache", "/models",
                        "endpoint", "https://mirror.example",
                        "token", "hf_secret",
                        "offline", "true",
                        "pull-model-strategy", "when_missing",
                        "connect-timeout", "2s",
                        "read-timeout", "3s",
                        "max-retries", "4"))
                .options(Map.of());

        assertThat(options.cache()).contains(Path.of("/models"));
        assertThat(options.endpoint()).isEqualTo(URI.create("https://mirror.example"));
        assertThat(options.token()).contains(new HubToken("hf_secret"));
        assertThat(options.offline()).isTrue();
        assertThat(options.pullModelStrategy()).isEqualTo(PullModelStrategy.WHEN_MISSING);
        assertThat(options.connectTimeout()).hasSeconds(2);
        assertThat(options.readTimeout()).hasSeconds(3);
        assertThat(options.maxRetries()).isEqualTo(4);
    }

    @Test
    void countMoreThanVariables() {
        Map<String, String> variables = Map.of("HF_TOKEN", "theirs", "HF_HUB_OFFLINE", "1", "HF_HUB_CACHE", "/theirs");

        HubOptions options = bound(Map.of("token", "ours", "offline", "false")).options(variables);

        assertThat(options.token()).contains(new HubToken("ours"));
        assertThat(options.offline()).isFalse();
        assertThat(options.cache()).as("not set").contains(Path.of("/theirs"));
    }

    @Test
    void areRejectedByNameWhereTheyAreOutOfRange() {
        assertThatThrownBy(() -> bound(Map.of("max-retries", "-1")))
                .hasRootCauseMessage("tidar.hub.max-retries must be in [0, 100], but is -1");
        assertThatThrownBy(() -> bound(Map.of("read-timeout", "0s")))
                .rootCause()
                .hasMessageContaining("tidar.hub.read-timeout");
    }

    @Test
    void doNotShowTheToken() {
        assertThat(bound(Map.of("token", "hf_secret")).toString()).doesNotContain("hf_secret");
        assertThatThrownBy(() -> bound(Map.of("token", "hf secret")).options(Map.of()))
                .hasMessageNotContaining("hf secret");
    }

    private static TidarHubProperties bound(Map<String, String> values) {
        return new Binder(new MapConfigurationPropertySource(values))
                .bindOrCreate("", Bindable.of(TidarHubProperties.class));
    }
}
