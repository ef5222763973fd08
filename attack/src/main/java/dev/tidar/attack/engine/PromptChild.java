package dev.tidar.attack.engine;

import dev.tidar.TidarEngine;
import dev.tidar.api.Device;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.Prompt;
import dev.tidar.api.TidarException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/** The process that long prompts are sent to: folder of the model, number of prompts, seed. */
public final class PromptChild {

    static final String FIGURE = "= figure ";

    /** The limit that an engine has by default. */
    private static final int CHARACTERS = 524_288;

    private static final int ATTACKERS = 4;
    private static final int NEIGHBOURS = 2;

    private final TidarEngine engine;
    private final PrintStream out;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger neighboursServed = new AtomicInteger();
    private final AtomicBoolean done = new AtomicBoolean();

    private PromptChild(TidarEngine engine, PrintStream out) {
        this.engine = engine;
        this.out = out;
    }

    public static void main(String[] arguments) throws InterruptedException {
        var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        int prompts = Integer.parseInt(arguments[1]);
        long seed = Long.parseLong(arguments[2]);
        var options =
                EngineOptions.builder(Path.of(arguments[0])).device(Device.CPU).build();
        try (TidarEngine engine = TidarEngine.load(options)) {
            new PromptChild(engine, out).attack(prompts, seed);
        }
    }

    private void attack(int prompts, long seed) throws InterruptedException {
        List<Thread> attackers = new ArrayList<>();
        List<Thread> neighbours = new ArrayList<>();
        for (int i = 0; i < ATTACKERS; i++) {
            attackers.add(started(() -> {
                for (int n = next.getAndIncrement(); n < prompts; n = next.getAndIncrement()) {
                    Random random = new Random(seed * 1_000_003 + n);
                    report(n, text(n, random));
                }
            }));
        }
        for (int i = 0; i < NEIGHBOURS; i++) {
            neighbours.add(started(this::beNormal));
        }
        for (Thread attacker : attackers) {
            attacker.join();
        }
        done.set(true);
        for (Thread neighbour : neighbours) {
            neighbour.join();
        }
        out.println(FIGURE + "normal clients were served " + neighboursServed + " times meanwhile");
        if (neighboursServed.get() == 0) {
            out.println(FileChild.FAILED + "no normal client was served");
        }
    }

    private static Thread started(Runnable work) {
        Thread thread = new Thread(work, "attacker");
        thread.start();
        return thread;
    }

    private void report(int number, String text) {
        String name = "prompt " + number + ": ";
        try {
            answer(text, 3);
            out.println(FileChild.SERVED + name);
        } catch (TidarException e) {
            out.println(FileChild.REJECTED + name + e.getMessage());
        } catch (RuntimeException | Error e) {
            out.println(FileChild.FAILED + name + e);
        }
    }

    private void beNormal() {
        while (!done.get()) {
            try {
                answer("What is a JVM?", 8);
                neighboursServed.incrementAndGet();
            } catch (RuntimeException | Error e) {
                out.println(FileChild.FAILED + "a normal client: " + e);
            }
        }
    }

    private void answer(String text, int tokens) {
        try {
            engine.submit(
                            GenerationRequest.builder(new Prompt.Text(text))
                                    .maxTokens(tokens)
                                    .temperature(0)
                                    .build(),
                            GenerationListener.NONE)
                    .await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Text of the greatest length: of one character, of words, without spaces, of several scripts. */
    private static String text(int kind, Random random) {
        IntSupplier character = switch (kind % 10) {
            case 0 -> () -> 'a';
            case 1 -> () -> ' ';
            case 2 -> () -> 'a' + random.nextInt(26);
            case 3 -> () -> random.nextInt(6) == 0 ? ' ' : 'a' + random.nextInt(26);
            case 4 -> () -> '0' + random.nextInt(10);
            case 5 -> () -> 0x4e00 + random.nextInt(0x5000);
            case 6 -> () -> 0x1f300 + random.nextInt(0x200);
            case 7 -> () -> random.nextBoolean() ? 'e' : 0x300 + random.nextInt(0x60);
            case 8 -> () -> random.nextInt(0xd800);
            default -> () -> "\n\t .,;:!?-_()[]{}<>|".charAt(random.nextInt(20));
        };
        var text = new StringBuilder(CHARACTERS + 1);
        while (text.length() < CHARACTERS) {
            text.appendCodePoint(character.getAsInt());
        }
        return text.substring(0, CHARACTERS);
    }
}
