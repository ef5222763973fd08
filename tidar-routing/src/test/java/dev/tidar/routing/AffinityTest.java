package dev.tidar.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.Message;
import org.springframework.ai.chat.messages.SystemMessage;
import org.springframework.ai.chat.messages.UserMessage;

@DisplayName("The affinity of prompts")
class AffinityTest {

    private static final long SEED = 36;
    private static final int KEYS = 10_000;

    private final AffinityOptions options = new AffinityOptions(1024, 64, 1.25);
    private final Message rules = new SystemMessage("Be kind. ".repeat(20));

    @Test
    void isTheSameForAllTurnsOfAConversation() {
        Message first = new UserMessage("Tell me about whales. ".repeat(10));
        Message answer = new AssistantMessage("Whales are large. ".repeat(40));

        assertThat(key(rules, first, answer, new UserMessage("And dolphins?")))
                .isPresent()
                .isEqualTo(key(rules, first));
    }

    @Test
    void isTheSameForPromptsThatDifferAfterTheLastWholeBlock() {
        assertThat(key(rules, new UserMessage("one"))).isPresent().isEqualTo(key(rules, new UserMessage("two")));
    }

    @Test
    void differsWhereABlockDiffers() {
        assertThat(key(rules, new UserMessage("one ".repeat(30))))
                .isNotEqualTo(key(rules, new UserMessage("two ".repeat(30))));
    }

    @Test
    void differsBySalt() {
        List<Message> messages = List.of(rules);

        assertThat(Affinity.key(messages, Optional.of("anne"), options))
                .isNotEqualTo(Affinity.key(messages, Optional.of("bob"), options))
                .isNotEqualTo(Affinity.key(messages, Optional.empty(), options));
    }

    @Test
    void isNoneForAPromptThatIsShorterThanABlock() {
        assertThat(key(new UserMessage("Hello"))).isEmpty();
    }

    @Test
    void ofANodeThatLeavesGoesToTheOthersAndNothingElseMoves() {
        List<GuardedNode> four = nodes("a", "b", "c", "d");
        List<GuardedNode> three = four.subList(0, 3);
        int moved = 0;
        for (long key : keys()) {
            String before = Affinity.order(key, four).get(0).name();
            String after = Affinity.order(key, three).get(0).name();
            if (before.equals("d")) {
                moved++;
                assertThat(after).isEqualTo(Affinity.order(key, four).get(1).name());
            } else {
                assertThat(after).isEqualTo(before);
            }
        }
        assertThat(moved / (double) KEYS).as("share that moves, seed %d", SEED).isCloseTo(0.25, within(0.02));
    }

    @Test
    void spreadsByWeight() {
        FakeNode heavy = new FakeNode("heavy");
        heavy.weight = 3;
        List<GuardedNode> nodes = List.of(heavy.guarded(), new FakeNode("light").guarded());
        Map<String, Integer> counts = new HashMap<>();
        for (long key : keys()) {
            counts.merge(Affinity.order(key, nodes).get(0).name(), 1, Integer::sum);
        }

        assertThat(counts.get("heavy") / (double) KEYS).as("seed %d", SEED).isCloseTo(0.75, within(0.02));
    }

    private OptionalLong key(Message... messages) {
        return Affinity.key(List.of(messages), Optional.empty(), options);
    }

    private static List<Long> keys() {
        var random = new SplittableRandom(SEED);
        List<Long> keys = new ArrayList<>();
        for (int i = 0; i < KEYS; i++) {
            keys.add(random.nextLong());
        }
        return keys;
    }

    private static List<GuardedNode> nodes(String... names) {
        return Stream.of(names).map(name -> new FakeNode(name).guarded()).toList();
    }
}
