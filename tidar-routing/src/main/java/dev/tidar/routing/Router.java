package dev.tidar.routing;

import dev.tidar.api.InvalidRequestException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** Decides in which order the nodes are asked for an answer. Thread-safe. */
public final class Router {

    private final List<GuardedNode> nodes;
    private final RoutingRule rule;
    private final AffinityOptions affinity;
    private final Optional<String> defaultModel;
    private final AtomicInteger turn = new AtomicInteger();

    /**
     * @param nodes in no particular order
     * @param rule which one is asked first where a request leaves it open
     * @param affinity how prompts belong to nodes
     * @param defaultModel the model, or the node, of requests that name none; empty if any node may answer them
     */
    public Router(
            Collection<GuardedNode> nodes, RoutingRule rule, AffinityOptions affinity, Optional<String> defaultModel) {
        this.nodes = List.copyOf(nodes);
        this.rule = rule;
        this.affinity = affinity;
        this.defaultModel = defaultModel;
    }

    public List<GuardedNode> nodes() {
        return nodes;
    }

    /**
     * A node with the reason for its place.
     *
     * @param reason as in {@link RoutingMetadata#REASON}
     */
    record Choice(GuardedNode node, String reason) {}

    /**
     * The nodes that can serve a request, in the order in which to ask them.
     *
     * @throws InvalidRequestException if there is no such node, naming the option at fault
     */
    List<Choice> order(RoutedRequest request) {
        Optional<String> model = request.model().or(() -> defaultModel);
        Optional<GuardedNode> named = model.flatMap(this::named);
        if (named.isPresent()) {
            return choices(honouring(List.of(named.get()), request), "node");
        }
        List<GuardedNode> able = honouring(model.map(this::serving).orElse(nodes), request);
        return able.size() == 1 && model.isPresent() ? choices(able, "model") : byRule(able, request);
    }

    private Optional<GuardedNode> named(String name) {
        return nodes.stream().filter(node -> node.name().equals(name)).findFirst();
    }

    private List<GuardedNode> serving(String model) {
        List<GuardedNode> serving = nodes.stream()
                .filter(node -> node.node().models().contains(model))
                .toList();
        if (serving.isEmpty()) {
            Set<String> names = new LinkedHashSet<>();
            nodes.forEach(node -> names.addAll(node.node().models()));
            nodes.forEach(node -> names.add(node.name()));
            throw new InvalidRequestException("model must be one of %s, but is another".formatted(names));
        }
        return serving;
    }

    private static List<GuardedNode> honouring(List<GuardedNode> asked, RoutedRequest request) {
        List<GuardedNode> able = new ArrayList<>();
        List<String> reasons = new ArrayList<>();
        for (GuardedNode node : asked) {
            node.node()
                    .cannotHonour(request.requestOptions())
                    .ifPresentOrElse(
                            option -> reasons.add(
                                    "%s must be unset, because node %s, which serves this model, cannot honour it"
                                            .formatted(option, node.name())),
                            () -> able.add(node));
        }
        if (able.isEmpty()) {
            throw new InvalidRequestException(String.join("; ", reasons));
        }
        return able;
    }

    private List<Choice> byRule(List<GuardedNode> able, RoutedRequest request) {
        List<GuardedNode> first = new ArrayList<>();
        List<GuardedNode> among = new ArrayList<>();
        List<GuardedNode> last = new ArrayList<>();
        for (GuardedNode node : able) {
            Node.Standing standing = node.mayBeAsked() ? node.node().standing() : Node.Standing.LAST;
            if (standing == Node.Standing.LAST) {
                last.add(node);
            } else {
                boolean isFirst = standing == Node.Standing.FIRST && rule == RoutingRule.LOCAL_FIRST;
                (isFirst ? first : among).add(node);
            }
        }
        int shift = turn.getAndIncrement();
        List<Choice> order = new ArrayList<>(choices(byLoad(first, shift), "local"));
        order.addAll(spread(among, request, shift));
        order.addAll(choices(byLoad(last, shift), "least-busy"));
        return order;
    }

    /** Nodes within the bound on their load by affinity, then the others by their load. */
    private List<Choice> spread(List<GuardedNode> among, RoutedRequest request, int shift) {
        OptionalLong key = rule == RoutingRule.LEAST_BUSY
                ? OptionalLong.empty()
                : Affinity.key(request.prompt().getInstructions(), request.salt(), affinity);
        if (key.isEmpty()) {
            return choices(byLoad(among, shift), "least-busy");
        }
        double weights = among.stream().mapToDouble(GuardedNode::weight).sum();
        int requests = among.stream().mapToInt(GuardedNode::load).sum() + 1;
        List<GuardedNode> within = new ArrayList<>();
        List<GuardedNode> beyond = new ArrayList<>();
        for (GuardedNode node : Affinity.order(key.getAsLong(), among)) {
            double bound = Math.ceil(affinity.loadBound() * requests * node.weight() / weights);
            (node.load() + 1 <= bound ? within : beyond).add(node);
        }
        List<Choice> order = new ArrayList<>(choices(within, "prefix"));
        order.addAll(choices(byLoad(beyond, shift), "least-busy"));
        return order;
    }

    /** The least busy first; those that are equally busy take turns. */
    private List<GuardedNode> byLoad(List<GuardedNode> some, int shift) {
        List<GuardedNode> turned = new ArrayList<>(some);
        if (turned.size() > 1) {
            Collections.rotate(turned, Math.floorMod(shift, turned.size()));
        }
        record Busy(GuardedNode node, double load) {} // read once, because it changes meanwhile
        return turned.stream()
                .map(node -> new Busy(node, (node.load() + 1) / node.weight()))
                .sorted(Comparator.comparingDouble(Busy::load))
                .map(Busy::node)
                .toList();
    }

    private static List<Choice> choices(List<GuardedNode> some, String reason) {
        return some.stream().map(node -> new Choice(node, reason)).toList();
    }
}
