package dev.tidar.routing;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.springframework.ai.chat.messages.Message;
import org.springframework.ai.chat.messages.MessageType;

/**
 * Which node a prompt belongs to: rendezvous hashing (Thaler and Ravishankar, 1998), weighted by the logarithm method.
 * All instances with the same names of nodes agree, and a node that leaves takes only its own prompts along.
 */
final class Affinity {

    private Affinity() {}

    /**
     * The key of a prompt: its messages up to the first one of a user, which all later turns of a conversation begin
     * with, cut to a multiple of the block; empty if that is nothing.
     */
    static OptionalLong key(List<Message> messages, Optional<String> salt, AffinityOptions options) {
        StringBuilder beginning = new StringBuilder();
        for (Message message : messages) {
            String text = Objects.requireNonNullElse(message.getText(), "");
            beginning
                    .append(message.getMessageType())
                    .append('\n')
                    .append(text, 0, Math.min(text.length(), options.maxChars()))
                    .append('\n');
            if (message.getMessageType() == MessageType.USER || beginning.length() >= options.maxChars()) {
                break;
            }
        }
        int counted = Math.min(beginning.length(), options.maxChars());
        counted -= counted % options.blockChars();
        if (counted == 0) {
            return OptionalLong.empty();
        }
        // the length of the salt keeps it apart from the text
        String salted = salt.map(value -> value.length() + value).orElse("-");
        return OptionalLong.of(hash(salted + '\n' + beginning.substring(0, counted)));
    }

    /** The nodes, the one to which the key belongs first, and after each the one that takes its place. */
    static List<GuardedNode> order(long key, List<GuardedNode> nodes) {
        return nodes.stream()
                .sorted(Comparator.comparingDouble((GuardedNode node) -> score(key, node)))
                .toList();
    }

    /** Exponentially distributed with the weight as its rate, so that the smallest falls on a node by its weight. */
    private static double score(long key, GuardedNode node) {
        long bits = mix(key ^ hash(node.name()));
        double uniform = ((bits >>> 11) + 0.5) * 0x1p-53;
        return -Math.log(uniform) / node.weight();
    }

    /** The finalizer of SplitMix64 (Steele, Lea and Flood, 2014). */
    private static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    private static long hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(digest).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
