package dev.tidar.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidar.TidarEngine;
import dev.tidar.api.GenerationStats;
import dev.tidar.api.InvalidRequestException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.Prompt;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** Runs on the real engine with the test model, whose blocks hold 16 tokens. */
@DisplayName("A chat model with a prefix cache")
class PrefixCacheTest {

    /** Long enough for several blocks. */
    private static final String STORY =
            "Once upon a time, there was a little girl named Lily. She loved to play outside"
                    + " in the park with her red ball. One day she saw a big dog that wanted to play.";

    private TidarEngine engine;
    private TidarChatModel model;

    @BeforeEach
    void load(@TempDir Path directory) {
        engine = StoriesModel.load(directory);
        model = new TidarChatModel(engine);
    }

    @AfterEach
    void close() {
        engine.close();
    }

    @Nested
    class Reports {

        @Test
        void theTokensThatItFoundInAnAnswer() {
            ChatResponse cold = model.call(story());
            ChatResponse hot = model.call(story());

            assertThat(cached(cold)).isZero();
            int prompt = hot.getMetadata().getUsage().getPromptTokens();
            assertThat(cached(hot)).isBetween(prompt - 16L, prompt - 1L);
            assertThat(hot.getMetadata().<Integer>get(TidarMetadata.CACHED_TOKENS))
                    .isEqualTo((int) cached(hot));
            assertThat(hot.getMetadata().<Integer>get(TidarMetadata.PREEMPTIONS))
                    .isZero();
            assertThat(text(hot)).isEqualTo(text(cold));
        }

        @Test
        void theTokensThatItFoundInTheLastChunkOfAStream() {
            model.call(story());

            ChatResponse last = model.stream(story()).blockLast();

            assertThat(cached(last)).isPositive();
            assertThat(last.getMetadata().<Integer>get(TidarMetadata.CACHED_TOKENS))
                    .isEqualTo((int) cached(last));
        }

        @Test
        void nothingOfItWhereHitsAreNotToBeTold() {
            model.setReportHits(false);
            model.call(story());

            for (ChatResponse hot :
                    List.of(model.call(story()), model.stream(story()).blockLast())) {
                var usage = hot.getMetadata().getUsage();
                assertThat(usage.getCacheReadInputTokens()).isNull();
                assertThat(((GenerationStats) usage.getNativeUsage()).cachedTokens())
                        .isZero();
                assertThat(hot.getMetadata().containsKey(TidarMetadata.CACHED_TOKENS))
                        .isFalse();
            }
            assertThat(engine.status().totals().cachedTokens()).isPositive();
        }
    }

    @Nested
    class SharesPrefixes {

        @Test
        void withinASaltAndNeverAcross() {
            model.call(salted("user:Sue"));

            assertThat(cached(model.call(salted("user:Tom")))).isZero();
            assertThat(cached(model.call(story()))).isZero();
            assertThat(cached(model.call(salted("user:Sue")))).isPositive();
        }

        @Test
        void byTheSaltThatTheResolverDerivesFromTheCallingThread() {
            var user = new ThreadLocal<String>();
            model.setPrefixCacheSaltResolver(subscriber -> Mono.fromSupplier(() -> "user:" + user.get()));

            user.set("Sue");
            model.call(story());
            user.set("Tom");
            assertThat(cached(model.call(story()))).isZero();
            assertThat(cached(model.stream(story()).blockLast())).isPositive();
            user.set("Eve");
            assertThat(cached(model.stream(story()).blockLast())).isZero();
        }

        @Test
        void byTheSaltThatTheResolverDerivesFromTheContextOfTheSubscriber() {
            model.setPrefixCacheSaltResolver(subscriber ->
                    Mono.deferContextual(same -> Mono.just(subscriber.get("user") + ":" + same.get("user"))));

            assertThat(cachedFor("Sue")).isZero();
            assertThat(cachedFor("Tom")).isZero();
            assertThat(cachedFor("Sue")).isPositive();
        }

        @Test
        void withAllOthersWhereTheResolverNamesNoSalt() {
            model.call(story());
            model.setPrefixCacheSaltResolver(subscriber -> Mono.empty());

            assertThat(cached(model.call(story()))).isPositive();
            assertThat(cached(model.stream(story()).blockLast())).isPositive();
        }

        private long cachedFor(String user) {
            return cached(model.stream(story())
                    .contextWrite(context -> context.put("user", user))
                    .blockLast());
        }
    }

    @Nested
    class AsksTheResolver {

        @Test
        void onceForEachRequestOnTheThreadOfTheCaller() {
            List<Thread> threads = new ArrayList<>();
            model.setPrefixCacheSaltResolver(subscriber -> Mono.fromSupplier(() -> {
                threads.add(Thread.currentThread());
                return "salt";
            }));

            model.call(story());
            model.stream(story()).blockLast();

            assertThat(threads).containsExactly(Thread.currentThread(), Thread.currentThread());
        }

        @Test
        void andRejectsARequestThatNamesASaltItself() {
            model.setPrefixCacheSaltResolver(subscriber -> Mono.just("user:Sue"));

            assertThatThrownBy(() -> model.call(salted("user:Tom")))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageStartingWith("cacheSalt must be unset");
            StepVerifier.create(model.stream(salted("user:Tom")))
                    .expectError(InvalidRequestException.class)
                    .verify();
        }

        @Test
        void andHoldsItsSaltToTheRuleOfTheEngine() {
            model.setPrefixCacheSaltResolver(subscriber -> Mono.just("user Sue"));

            assertThatThrownBy(() -> model.call(story()))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("cache-salt")
                    .hasMessageNotContaining("Sue");
        }

        @Test
        @SuppressWarnings("NullAway") // what no compiler of an application checks
        void andSaysSoWhereItReturnsNoMono() {
            model.setPrefixCacheSaltResolver(subscriber -> null);

            assertThatIllegalStateException()
                    .isThrownBy(() -> model.call(story()))
                    .withMessageContaining("must return a Mono, empty for no salt, but returned null");
            StepVerifier.create(model.stream(story()))
                    .expectError(IllegalStateException.class)
                    .verify();
        }

        @Test
        void andSubmitsNothingWhereItFails() {
            var failure = new SecurityException("nobody is logged in");
            model.setPrefixCacheSaltResolver(subscriber -> Mono.error(failure));

            assertThatThrownBy(() -> model.call(story())).isSameAs(failure);
            StepVerifier.create(model.stream(story()))
                    .expectErrorMatches(failure::equals)
                    .verify();
            assertThat(engine.status().totals().promptTokens()).isZero();
        }
    }

    @Test
    void keepsWhatItHasWhenTheTimeOfARequestIsOver() {
        var hurried =
                StoriesModel.slow(400).mutate().timeout(Duration.ofSeconds(1)).build();

        ChatResponse response = model.call(new Prompt("Once upon a time", hurried));

        assertThat(response.getResult().getMetadata().getFinishReason()).isEqualTo("deadline");
        assertThat(response.getMetadata().getUsage().getCompletionTokens()).isLessThan(400);
    }

    private static Prompt story() {
        return new Prompt(STORY, TidarChatOptions.builder().maxTokens(4).build());
    }

    private static Prompt salted(String salt) {
        return new Prompt(
                STORY, TidarChatOptions.builder().maxTokens(4).cacheSalt(salt).build());
    }

    private static long cached(ChatResponse response) {
        return response.getMetadata().getUsage().getCacheReadInputTokens();
    }

    private static String text(ChatResponse response) {
        return response.getResult().getOutput().getText();
    }
}
