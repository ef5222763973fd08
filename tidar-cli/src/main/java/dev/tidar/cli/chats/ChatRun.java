package dev.tidar.cli.chats;

import dev.tidar.TidarEngine;
import dev.tidar.api.ChatMessage;
import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.GenerationResult;
import dev.tidar.api.Prompt;
import dev.tidar.cli.chats.ChatScript.Entry;
import dev.tidar.cli.serving.Ended;
import dev.tidar.cli.serving.InFlight;
import java.util.ArrayList;
import java.util.List;

/**
 * Plays a script on one engine, one request after the other: each turn repeats the conversation so far, with its
 * answers. It decodes greedily, one row a step, so that the blocks of a request follow from its tokens alone.
 */
final class ChatRun {

    private final TidarEngine engine;
    private final ChatScript script;
    private final PromptIds prompts;
    private final int maxTokens;
    private final List<List<ChatMessage>> conversations = new ArrayList<>();

    ChatRun(TidarEngine engine, ChatScript script, PromptIds prompts, int maxTokens) {
        this.engine = engine;
        this.script = script;
        this.prompts = prompts;
        this.maxTokens = maxTokens;
        script.chats()
                .forEach(chat -> conversations.add(new ArrayList<>(List.of(ChatMessage.system(script.system())))));
    }

    /** Answers every entry, in this order. */
    List<Answered> play(List<Entry> entries) throws InterruptedException {
        List<Answered> all = new ArrayList<>();
        for (Entry entry : entries) {
            all.add(entry instanceof Entry.Turn turn ? answer(turn) : answer((Entry.OneShot) entry));
        }
        return all;
    }

    private Answered answer(Entry.Turn turn) throws InterruptedException {
        List<ChatMessage> conversation = conversations.get(turn.chat());
        conversation.add(ChatMessage.user(script.chats().get(turn.chat()).get(turn.turn())));
        Answered answered = answer(turn, conversation);
        conversation.add(ChatMessage.assistant(answered.result().text()));
        return answered;
    }

    private Answered answer(Entry.OneShot oneShot) throws InterruptedException {
        return answer(oneShot, List.of(ChatMessage.user(script.oneShots().get(oneShot.index()))));
    }

    private Answered answer(Entry entry, List<ChatMessage> messages) throws InterruptedException {
        List<Integer> ids = prompts.of(messages);
        var request = new InFlight<Entry>(engine);
        request.submit(
                entry,
                GenerationRequest.builder(new Prompt.Tokens(ids))
                        .maxTokens(maxTokens)
                        .temperature(0)
                        .decoding(Decoding.of(DecodeMode.AUTOREGRESSIVE))
                        .build());
        Ended<Entry> ended = request.next();
        return new Answered(entry, ids, ended.answer(), ended.delivery().firstTokenMillis());
    }

    /**
     * One request and its answer.
     *
     * @param prompt ids of the prompt
     * @param firstTokenMillis from submission to the first token
     */
    record Answered(Entry entry, List<Integer> prompt, GenerationResult result, double firstTokenMillis) {

        /** Ids of all tokens whose keys and values were computed, which excludes the last token. */
        List<Integer> computed() {
            List<Integer> ids = new ArrayList<>(prompt);
            ids.addAll(result.tokens().subList(0, result.tokens().size() - 1));
            return ids;
        }

        boolean isTurn() {
            return entry instanceof Entry.Turn;
        }

        boolean isLaterTurn() {
            return entry instanceof Entry.Turn turn && turn.turn() > 0;
        }

        boolean isTurn(int number) {
            return entry instanceof Entry.Turn turn && turn.turn() == number;
        }
    }
}
