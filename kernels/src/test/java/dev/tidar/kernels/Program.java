package dev.tidar.kernels;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A program that has ended.
 *
 * @param output what it printed on either stream
 */
record Program(int status, String output) {

    static Program run(String... command) throws IOException, InterruptedException {
        return run(Map.of(), command);
    }

    /** @param environment variables that the program has besides those of the test */
    static Program run(Map<String, String> environment, String... command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Program(process.waitFor(), output);
    }
}
