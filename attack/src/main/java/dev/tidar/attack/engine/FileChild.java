package dev.tidar.attack.engine;

import dev.tidar.QuickLoad;
import dev.tidar.TidarEngine;
import dev.tidar.api.ChatMessage;
import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.Device;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.InvalidModelException;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.KvCacheOptions;
import dev.tidar.api.Limits;
import dev.tidar.api.Prompt;
import dev.tidar.attack.run.TinyModel;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The process that loads damaged folders and prints a line for each: kind of damage, first case, number of cases, seed,
 * folder.
 */
public final class FileChild {

    static final String SERVED = "= served ";
    static final String REJECTED = "= rejected ";
    static final String FAILED = "= failed ";

    /** Long enough for a machine that does much else; a case takes some hundredths of a second on one that does not. */
    private static final Duration LONGEST_CASE = Duration.ofSeconds(60);

    private static final int LONGEST_MESSAGE = 1000;

    private FileChild() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        DamagedFile kind = DamagedFile.valueOf(arguments[0]);
        int first = Integer.parseInt(arguments[1]);
        int cases = Integer.parseInt(arguments[2]);
        long seed = Long.parseLong(arguments[3]);
        Path folder = TinyModel.write(Path.of(arguments[4]).resolve("model"));
        Path file = folder.resolve(kind.file());
        byte[] good = Files.readAllBytes(file);
        var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        String undamaged = verdict(folder, "the undamaged folder");
        if (!undamaged.startsWith(SERVED)) {
            throw new IllegalStateException(undamaged);
        }
        ExecutorService worker = Executors.newSingleThreadExecutor();
        for (int i = first; i < cases; i++) {
            Files.write(file, kind.damaged(good, new SplittableRandom(seed * 1_000_003 + i)));
            String name = kind + " " + i + ": ";
            try {
                out.println(worker.submit(() -> verdict(folder, name)).get(LONGEST_CASE.toSeconds(), TimeUnit.SECONDS));
            } catch (ExecutionException e) {
                out.println(FAILED + name + oneLine(Objects.requireNonNull(e.getCause())));
            } catch (TimeoutException e) {
                out.println(FAILED + name + "no end after " + LONGEST_CASE);
                Runtime.getRuntime().halt(1); // the worker is lost; the next process goes on
            }
        }
        Runtime.getRuntime().halt(0);
    }

    private static String verdict(Path folder, String name) throws InterruptedException {
        var options = EngineOptions.builder(folder)
                .device(Device.CPU)
                .threads(1)
                .kvCache(KvCacheOptions.DEFAULT.withBytes(4 << 20))
                .limits(Limits.builder().maxRunning(1).prefillChunk(16).build())
                .decoding(Decoding.of(DecodeMode.AUTOREGRESSIVE))
                .build();
        try (TidarEngine engine = QuickLoad.load(options)) {
            Prompt prompt = engine.status().model().chat()
                    ? new Prompt.Chat(List.of(ChatMessage.user("Once upon a time")))
                    : new Prompt.Tokens(List.of(1));
            engine.submit(
                            GenerationRequest.builder(prompt)
                                    .maxTokens(3)
                                    .temperature(0)
                                    .build(),
                            GenerationListener.NONE)
                    .await();
            return SERVED + name;
        } catch (InvalidModelException | InvalidRequestException e) {
            String message = String.valueOf(e.getMessage());
            boolean readable =
                    message.chars().noneMatch(Character::isISOControl) && message.length() <= LONGEST_MESSAGE;
            return readable
                    ? REJECTED + name + oneLine(e)
                    : FAILED + name + "the message is too long or has control characters: " + oneLine(e);
        }
    }

    /** An error with where it came from, because an untyped one has to be found. */
    private static String oneLine(Throwable failure) {
        StackTraceElement[] trace = failure.getStackTrace();
        String text = failure + (trace.length == 0 ? "" : " at " + trace[0]);
        text = text.replaceAll("\\p{Cntrl}+", " ");
        return text.substring(0, Math.min(text.length(), 300));
    }
}
