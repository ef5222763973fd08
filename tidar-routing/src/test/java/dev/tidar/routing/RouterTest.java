package dev.tidar.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.RequestOption;
import dev.tidar.routing.Node.Standing;
import dev.tidar.routing.Router.Choice;
import dev.tidar.spring.TidarChatOptions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.prompt.Prompt;

@DisplayName("The router")
class RouterTest {

    private static final AffinityOptions AFFINITY = new AffinityOptions(1024, 16, 1.25);

    private final FakeNode local = new FakeNode("local");
    private final FakeNode one = new FakeNode("one");
    private final FakeNode two = new FakeNode("two");
    private final FakeNode three = new FakeNode("three");

    RouterTest() {
        local.models = Set.of("small");
        local.standing = Standing.FIRST;
        local.load = OptionalInt.of(0);
        two.models = Set.of("a-model", "another-name");
    }

    @Test
    void asksTheNamedNodeAndNoOther() {
        assertThat(order(RoutingRule.LOCAL_FIRST, request("two"))).containsExactly("two: node");
    }

    @Test
    void asksTheNodesThatServeTheNamedModel() {
        assertThat(names(RoutingRule.LOCAL_FIRST, request("a-model"))).containsExactlyInAnyOrder("one", "two", "three");
        assertThat(order(RoutingRule.LOCAL_FIRST, request("another-name"))).containsExactly("two: model");
    }

    @Test
    void rejectsAModelThatNoNodeServes() {
        assertThatThrownBy(() -> order(RoutingRule.LOCAL_FIRST, request("gpt-5")))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageStartingWith("model must be one of [")
                .hasMessageContainingAll("small", "another-name", "local");
    }

    @Test
    void asksForTheDefaultModelWhereARequestNamesNone() {
        var router = new Router(guarded(), RoutingRule.LOCAL_FIRST, AFFINITY, Optional.of("another-name"));

        assertThat(router.order(request(null)))
                .extracting(choice -> choice.node().name())
                .containsExactly("two");
    }

    @Test
    void leavesOutNodesThatCannotHonourAnOption() {
        Stream.of(one, two, three).forEach(node -> node.unknown = Set.of(RequestOption.REGEX));
        var withRegex = request(TidarChatOptions.builder().regex("[ab]").build(), "");

        assertThat(names(RoutingRule.LEAST_BUSY, withRegex)).containsExactly("local");
        local.unknown = Set.of(RequestOption.REGEX);
        assertThatThrownBy(() -> order(RoutingRule.LEAST_BUSY, withRegex))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageStartingWith("regex must be unset");
    }

    @Test
    void asksTheLocalNodeFirstWhileItIsFree() {
        assertThat(order(RoutingRule.LOCAL_FIRST, request(null))).startsWith("local: local");
    }

    @Test
    void asksTheLocalNodeAmongTheOthersWhereRequestsWaitForIt() {
        local.standing = Standing.AMONG;
        local.load = OptionalInt.of(5);

        assertThat(names(RoutingRule.LOCAL_FIRST, request(null)))
                .endsWith("local")
                .hasSize(4);
    }

    @Test
    void asksANodeThatIsNotReadyLast() {
        local.standing = Standing.LAST;

        assertThat(names(RoutingRule.LOCAL_FIRST, request(null))).endsWith("local");
    }

    @Test
    void sendsPromptsThatBeginAlikeToOneNode() {
        var router = router(RoutingRule.PREFIX);
        String node = router.order(prompted("Once upon a time there was a whale. A"))
                .get(0)
                .node()
                .name();

        for (int i = 0; i < 20; i++) {
            Choice choice = router.order(prompted("Once upon a time there was a whale. B" + i))
                    .get(0);
            assertThat(choice.node().name()).isEqualTo(node);
            assertThat(choice.reason()).isEqualTo("prefix");
        }
    }

    @Test
    void passesANodeOverThatHasMoreThanItsShareAndAQuarter() {
        RoutedRequest request = prompted("Once upon a time there was a whale.");
        List<String> idle = names(RoutingRule.PREFIX, request);
        Map<String, FakeNode> byName = new HashMap<>();
        Stream.of(local, one, two, three).forEach(node -> byName.put(node.name, node));
        byName.values().forEach(node -> node.load = OptionalInt.of(4));

        byName.get(idle.get(0)).load = OptionalInt.of(5); // 18 requests, so 5.6 a node
        assertThat(order(RoutingRule.PREFIX, request)).startsWith(idle.get(0) + ": prefix");

        byName.get(idle.get(0)).load = OptionalInt.of(6);
        assertThat(order(RoutingRule.PREFIX, request))
                .startsWith(idle.get(1) + ": prefix")
                .endsWith(idle.get(0) + ": least-busy");
    }

    @Test
    void boundsTheLoadOfEveryNodeHoweverAlikeThePromptsAre() {
        var router = router(RoutingRule.PREFIX);
        Map<String, Integer> requests = new HashMap<>();
        for (int i = 0; i < 64; i++) {
            String node = router.order(prompted("The same beginning of all."))
                    .get(0)
                    .node()
                    .name();
            int count = requests.merge(node, 1, Integer::sum);
            Stream.of(local, one, two, three)
                    .filter(fake -> fake.name.equals(node))
                    .forEach(fake -> fake.load = OptionalInt.of(count));
        }

        assertThat(requests.values()).allMatch(count -> count <= 64 * 1.25 / 4);
    }

    @Test
    void asksTheLeastBusyForItsWeight() {
        local.load = OptionalInt.of(3);
        one.load = OptionalInt.of(2);
        two.load = OptionalInt.of(5);
        two.weight = 4;
        three.load = OptionalInt.of(1);

        assertThat(names(RoutingRule.LEAST_BUSY, request(null))).containsExactly("two", "three", "one", "local");
    }

    @Test
    void letsNodesTakeTurnsThatAreEquallyBusy() {
        var router = router(RoutingRule.LEAST_BUSY);

        assertThat(Stream.generate(
                                () -> router.order(request(null)).get(0).node().name())
                        .limit(8))
                .containsOnly("local", "one", "two", "three")
                .contains("local", "one", "two", "three");
    }

    @Test
    void letsEachKindOfEquallyBusyNodesTakeTurns() {
        one.standing = Standing.FIRST;
        one.load = OptionalInt.of(0);
        var router = router(RoutingRule.LOCAL_FIRST); // two engines here, and two servers

        assertThat(Stream.generate(
                                () -> router.order(request(null)).get(0).node().name())
                        .limit(4))
                .containsOnly("local", "one")
                .contains("local", "one");
    }

    private Router router(RoutingRule rule) {
        return new Router(guarded(), rule, AFFINITY, Optional.empty());
    }

    private List<GuardedNode> guarded() {
        return Stream.of(local, one, two, three).map(FakeNode::guarded).toList();
    }

    private List<String> order(RoutingRule rule, RoutedRequest request) {
        return router(rule).order(request).stream()
                .map(choice -> choice.node().name() + ": " + choice.reason())
                .toList();
    }

    private List<String> names(RoutingRule rule, RoutedRequest request) {
        return router(rule).order(request).stream()
                .map(choice -> choice.node().name())
                .toList();
    }

    private static RoutedRequest request(String model) {
        return request(TidarChatOptions.builder().model(model).build(), "");
    }

    private static RoutedRequest prompted(String text) {
        return request(TidarChatOptions.builder().build(), text);
    }

    private static RoutedRequest request(TidarChatOptions options, String text) {
        return new RoutedRequest(new Prompt(text), options, Optional.empty());
    }
}
