package dev.tidar.attack.server;

import dev.tidar.attack.run.Checkout;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * An environment that a process may find itself in.
 *
 * @param mayReject whether the start may end with a reason; otherwise it must serve
 * @param preparation makes it, in a folder of its own
 */
record StrangeMachine(String name, boolean mayReject, Preparation preparation) {

    private static final String MODELS =
            "tidar-models-" + System.getProperty("user.name").replaceAll("[^A-Za-z0-9._-]", "_");

    /** Makes the environment in a folder and says how to start there. */
    @FunctionalInterface
    interface Preparation {
        Start prepare(Path folder) throws IOException, InterruptedException;
    }

    /**
     * How to start.
     *
     * @param temporary folder for temporary files
     * @param working working folder
     * @param options further options of the JVM
     * @param environment variables to set; those that are empty are removed
     * @param redirections of the shell, such as {@code <&-}; empty to start without one
     */
    record Start(
            Path temporary, Path working, List<String> options, Map<String, String> environment, String redirections) {}

    /** This machine cannot be made here. */
    static final class NotHereException extends IOException {
        private static final long serialVersionUID = 1;

        NotHereException(String reason) {
            super(reason);
        }
    }

    static List<StrangeMachine> all() {
        List<StrangeMachine> all = new ArrayList<>();
        folders(all);
        planted(all);
        libraries(all);
        places(all);
        streams(all);
        return List.copyOf(all);
    }

    private static Start start(Path temporary, String... options) {
        return new Start(temporary, Path.of("."), List.of(options), Map.of(), "");
    }

    private static Path made(Path folder) throws IOException {
        return Files.createDirectories(folder.resolve("tmp"));
    }

    private static void folders(List<StrangeMachine> all) {
        all.add(new StrangeMachine("a working folder that cannot be written", false, folder -> {
            Path working = mount(Files.createDirectories(folder.resolve("mount")), "ro");
            return new Start(made(folder), working, List.of(), Map.of(), "");
        }));
        all.add(new StrangeMachine(
                "a folder for temporary files that cannot be written",
                true,
                folder -> start(mount(Files.createDirectories(folder.resolve("mount")), "ro"))));
        all.add(new StrangeMachine(
                "a full disk",
                true,
                folder -> start(mount(Files.createDirectories(folder.resolve("mount")), "size=4m"))));
        all.add(new StrangeMachine(
                "a disk that is full with the model",
                true,
                folder -> start(mount(Files.createDirectories(folder.resolve("mount")), "size=150m"))));
        all.add(new StrangeMachine(
                "a folder for temporary files without the right to execute",
                true,
                folder -> start(mount(Files.createDirectories(folder.resolve("mount")), "noexec"))));
        all.add(new StrangeMachine(
                "no folder for temporary files",
                true,
                folder -> start(Files.createDirectories(folder).resolve("missing"))));
        all.add(new StrangeMachine(
                "a folder for temporary files with a strange name",
                false,
                folder -> start(Files.createDirectories(folder.resolve("a b%20#\u00fc'&;")))));
        all.add(new StrangeMachine(
                "no home",
                false,
                folder -> new Start(
                        made(folder),
                        folder,
                        List.of("-Duser.home=/nonexistent"),
                        Map.of("HOME", "", "USER", ""),
                        "")));
        all.add(new StrangeMachine(
                "a user without a name", false, folder -> start(made(folder), "-Duser.name=?", "-Duser.home=?")));
    }

    private static void planted(List<StrangeMachine> all) {
        all.add(new StrangeMachine("a file in place of the model cache", true, folder -> {
            Files.writeString(made(folder).resolve(MODELS), "planted");
            return start(made(folder));
        }));
        all.add(new StrangeMachine("a link in place of the model cache", true, folder -> {
            Path elsewhere = Files.createDirectories(folder.resolve("elsewhere"));
            Files.createSymbolicLink(made(folder).resolve(MODELS), elsewhere);
            return start(made(folder));
        }));
        all.add(new StrangeMachine("a model cache that others may write", true, folder -> {
            Path cache = Files.createDirectories(made(folder).resolve(MODELS));
            Files.setPosixFilePermissions(cache, PosixFilePermissions.fromString("rwxrwxrwx"));
            return start(made(folder));
        }));
        all.add(new StrangeMachine("an unpacked model with a changed byte", true, folder -> {
            Path weights = unpacked(folder, "model-00001-of-00002.safetensors");
            byte[] bytes = Files.readAllBytes(weights);
            for (int i = bytes.length / 2; i < bytes.length / 2 + 200_000; i++) {
                bytes[i] ^= 0x55;
            }
            Files.write(weights, bytes);
            return start(made(folder));
        }));
        all.add(new StrangeMachine("an unpacked tokenizer of somebody else", true, folder -> {
            Path tokenizer = unpacked(folder, "tokenizer_config.json");
            Files.writeString(tokenizer, Files.readString(tokenizer).replace("user", "u5er"));
            return start(made(folder));
        }));
        all.add(new StrangeMachine("an unpacked config that is cut", true, folder -> {
            Files.writeString(unpacked(folder, "config.json"), "{");
            return start(made(folder));
        }));
        all.add(new StrangeMachine("a FIFO in place of an unpacked file", true, folder -> {
            Path config = unpacked(folder, "config.json");
            Files.delete(config);
            run("mkfifo", config.toString());
            return start(made(folder));
        }));
        all.add(new StrangeMachine("a link to another file in place of an unpacked one", true, folder -> {
            Path config = unpacked(folder, "generation_config.json");
            Files.delete(config);
            Files.createSymbolicLink(config, Path.of("/etc/passwd"));
            return start(made(folder));
        }));
        all.add(new StrangeMachine("libraries of somebody else in the folder for temporary files", false, folder -> {
            for (String name : List.of(
                    "libtokenizers.so", "libJCudaDriver-12.6.0-linux-x86_64.so", "libJCudaDriver-linux-x86_64.so")) {
                Files.writeString(made(folder).resolve(name), "planted");
            }
            return start(made(folder));
        }));
    }

    private static void libraries(List<StrangeMachine> all) {
        all.add(new StrangeMachine("libcuda.so.1 without symbols", false, folder -> {
            Path java = Path.of(System.getProperty("java.home"), "lib", "librmi.so");
            Path libraries = Files.createDirectories(folder.resolve("lib"));
            Files.copy(java, libraries.resolve("libcuda.so.1"));
            return new Start(made(folder), folder, List.of(), Map.of("LD_LIBRARY_PATH", libraries.toString()), "");
        }));
        all.add(new StrangeMachine("libcuda.so.1 that is no library", false, folder -> {
            Path libraries = Files.createDirectories(folder.resolve("lib"));
            Files.writeString(libraries.resolve("libcuda.so.1"), "no library");
            return new Start(made(folder), folder, List.of(), Map.of("LD_LIBRARY_PATH", libraries.toString()), "");
        }));
    }

    private static void places(List<StrangeMachine> all) {
        for (String place : List.of("tr-TR", "ar-EG", "th-TH-u-ca-buddhist-nu-thai", "ja-JP-u-ca-japanese")) {
            Locale locale = Locale.forLanguageTag(place);
            String extensions = place.contains("-u-") ? place.substring(place.indexOf("u-")) : "";
            all.add(new StrangeMachine(
                    "the locale " + place,
                    false,
                    folder -> start(
                            made(folder),
                            "-Duser.language=" + locale.getLanguage(),
                            "-Duser.country=" + locale.getCountry(),
                            "-Duser.extensions=" + extensions)));
        }
        for (String zone : List.of("Pacific/Kiritimati", "Nowhere/Nothing")) {
            all.add(new StrangeMachine(
                    "the time zone " + zone,
                    false,
                    folder -> new Start(made(folder), folder, List.of(), Map.of("TZ", zone, "LC_ALL", "C"), "")));
        }
        all.add(new StrangeMachine(
                "a file encoding of ASCII",
                false,
                folder -> start(made(folder), "-Dfile.encoding=US-ASCII", "-Dsun.jnu.encoding=US-ASCII")));
        all.add(new StrangeMachine(
                "one processor", false, folder -> start(made(folder), "-XX:ActiveProcessorCount=1")));
    }

    private static void streams(List<StrangeMachine> all) {
        for (String streams : List.of("<&-", ">&- 2>&-", "<&- >&- 2>&-", ">/dev/full 2>&1")) {
            all.add(new StrangeMachine(
                    "standard streams " + streams,
                    false,
                    folder -> new Start(made(folder), folder, List.of(), Map.of(), streams)));
        }
        all.add(new StrangeMachine(
                "80 open files at most",
                true,
                folder -> new Start(made(folder), folder, List.of(), Map.of(), "ulimit -n 80;")));
    }

    /** Starts the sample there. */
    Sample start(String log, Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        Start start = preparation.prepare(folder);
        List<String> options = new ArrayList<>(List.of("-Xmx1g", "-Djava.io.tmpdir=" + start.temporary()));
        options.addAll(start.options());
        boolean shell = !start.redirections().isEmpty();
        int port = shell ? freePort() : 0;
        List<String> properties = shell ? List.of("--server.port=" + port) : List.of();
        List<String> command = Sample.command(options, properties);
        boolean limit = start.redirections().startsWith("ulimit");
        String script = limit ? start.redirections() + " exec \"$@\"" : "exec \"$@\" " + start.redirections();
        List<String> wrapped = new ArrayList<>(shell ? List.of("sh", "-c", script, "sh") : List.of());
        wrapped.addAll(command);
        Sample sample = Sample.launchCommand(log, wrapped, builder -> {
            builder.directory(start.working().toFile());
            start.environment().forEach((name, value) -> {
                builder.environment().remove(name);
                if (!value.isEmpty()) {
                    builder.environment().put(name, value);
                }
            });
        });
        sample.setPort(port);
        return sample;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** A file of the model cache that an undisturbed start has left. */
    private static Path unpacked(Path folder, String file) throws IOException, InterruptedException {
        Path temporary = made(folder);
        try (Sample sample = Sample.serving(
                "unpack-" + folder.getFileName(), List.of("-Xmx1g", "-Djava.io.tmpdir=" + temporary), List.of())) {
            sample.process().terminate();
            sample.process().awaitEnd(Sample.LONGEST_START);
        }
        try (Stream<Path> files = Files.walk(temporary)) {
            return files.filter(found -> found.endsWith(file))
                    .findFirst()
                    .orElseThrow(() -> new IOException("nothing was unpacked"));
        }
    }

    /** Mounts a memory disk, which needs the rights of root. */
    private static Path mount(Path at, String options) throws IOException, InterruptedException {
        run("mount", "-t", "tmpfs", "-o", options, "tmpfs", at.toString());
        return at;
    }

    /** Takes away what {@link #start} has mounted, if anything. */
    void unmount(Path folder) throws IOException, InterruptedException {
        Path at = folder.resolve("mount");
        if (Files.isDirectory(at)) {
            try {
                run("umount", "-l", at.toString());
            } catch (NotHereException e) {
                return; // nothing was mounted
            }
        }
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Path log = Checkout.scratch("logs").resolve("commands.log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!process.waitFor(20, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new NotHereException(String.join(" ", command) + " does not work");
        }
    }
}
