package dev.tidar.load;

import dev.tidar.TidarEngine;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.GenerationResult;
import dev.tidar.api.Prompt;
import dev.tidar.api.TidarException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Loads a model with many heap sizes, each in a JVM of its own, and lets it answer: every size must serve a request of
 * some hundred tokens and then one up to the end of the planned context, or reject the model by name before it has
 * packed a weight.
 *
 * <p>Arguments: {@code MODEL FROM TO STEP [options of the JVM ...]}, sizes in MiB; {@code -Dtidar.heap.prompt=N} bounds
 * the long request, which takes a minute at 8,192 tokens. It ends with the figures, and with code 1 if a size did
 * neither. The last line of each JVM is its outcome.
 */
public final class HeapSizes {

    private static final int SHORT_ANSWER = 200;

    private HeapSizes() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments[0].equals("--load")) {
            System.out.println(outcome(Path.of(arguments[1])));
            System.exit(0);
        }
        List<String> options = Arrays.asList(arguments).subList(4, arguments.length);
        Map<String, Integer> counts = new TreeMap<>();
        for (int mebibytes = Integer.parseInt(arguments[1]);
                mebibytes <= Integer.parseInt(arguments[2]);
                mebibytes += Integer.parseInt(arguments[3])) {
            String outcome = inOwnJvm(arguments[0], mebibytes, options);
            System.out.printf("%5d MiB  %s%n", mebibytes, outcome);
            counts.merge(outcome.split("[:,]", 2)[0], 1, Integer::sum);
        }
        System.out.println(counts);
        System.exit(counts.containsKey("failed") ? 1 : 0);
    }

    private static String inOwnJvm(String model, int mebibytes, List<String> options)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-Xmx" + mebibytes + "m",
                "--add-modules",
                "jdk.incubator.vector"));
        command.addAll(options);
        command.addAll(
                List.of("-cp", System.getProperty("java.class.path"), HeapSizes.class.getName(), "--load", model));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = process.waitFor();
        List<String> lines = output.lines().toList();
        return code == 0 && !lines.isEmpty()
                ? lines.get(lines.size() - 1)
                : "failed: code %d, %s".formatted(code, lines.isEmpty() ? "silent" : lines.get(lines.size() - 1));
    }

    private static String outcome(Path model) throws InterruptedException {
        long[] packed = {0};
        EngineOptions options = EngineOptions.builder(model)
                .progress(progress -> packed[0] += progress.done() > 0.05 ? 1 : 0)
                .build();
        try (TidarEngine engine = TidarEngine.load(options)) {
            int context = engine.status().loaded().orElseThrow().model().contextLength();
            int first = Math.min(SHORT_ANSWER, context / 2);
            int longest = Math.min(context - 40, Integer.getInteger("tidar.heap.prompt", context));
            GenerationResult one = generate(engine, tokens(Math.min(300, context / 4), 3), first);
            GenerationResult two = generate(engine, tokens(longest, 5), 39);
            return "served, context %d, answers of %d and %d tokens"
                    .formatted(context, one.tokens().size(), two.tokens().size());
        } catch (TidarException e) {
            String kind = packed[0] == 0 ? "rejected" : "failed";
            return "%s: %s: %s".formatted(kind, e.getClass().getSimpleName(), e.getMessage());
        } catch (OutOfMemoryError e) {
            return "failed: " + e;
        }
    }

    private static GenerationResult generate(TidarEngine engine, List<Integer> prompt, int newTokens)
            throws InterruptedException {
        GenerationRequest request = GenerationRequest.builder(new Prompt.Tokens(prompt))
                .ignoreStopIds(true)
                .maxTokens(newTokens)
                .build();
        return engine.submit(request, GenerationListener.NONE).await();
    }

    private static List<Integer> tokens(int count, int stride) {
        List<Integer> tokens = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            tokens.add(1000 + i * stride % 20_000);
        }
        return tokens;
    }
}
