package dev.tidar.guide;

import dev.tidar.guide.Guide.Example;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;
import org.springframework.util.FileSystemUtils;

/**
 * Compiles the Java examples of the guide, all at once. An example is a file with its own imports, a type, members of a
 * class, or statements; the last three leave their imports to the reader's IDE and get those that stand here.
 */
final class JavaExamples {

    /** Where the classes are written, as an application of their own. */
    static final Path CLASSES = Path.of("target", "examples");

    private static final String IMPORTS = """
            import dev.tidar.TidarEngine;
            import dev.tidar.api.ClosedByLimit;
            import dev.tidar.api.EngineOptions;
            import dev.tidar.api.Tools;
            import dev.tidar.routing.RoutingMetadata;
            import dev.tidar.spring.PrefixCacheSaltResolver;
            import dev.tidar.spring.TidarChatModel;
            import dev.tidar.spring.TidarChatOptions;
            import dev.tidar.spring.TidarMetadata;
            import java.nio.file.Path;
            import java.util.List;
            import java.util.Map;
            import org.springframework.ai.chat.client.AdvisorParams;
            import org.springframework.ai.chat.client.ChatClient;
            import org.springframework.ai.chat.client.ChatClientRequest;
            import org.springframework.ai.chat.client.ChatClientResponse;
            import org.springframework.ai.chat.client.advisor.MessageChatMemoryAdvisor;
            import org.springframework.ai.chat.client.advisor.api.CallAdvisor;
            import org.springframework.ai.chat.client.advisor.api.CallAdvisorChain;
            import org.springframework.ai.chat.memory.ChatMemory;
            import org.springframework.ai.chat.memory.MessageWindowChatMemory;
            import org.springframework.ai.chat.messages.AssistantMessage;
            import org.springframework.ai.chat.model.ChatModel;
            import org.springframework.ai.chat.model.ChatResponse;
            import org.springframework.ai.chat.prompt.ChatOptions;
            import org.springframework.ai.chat.prompt.Prompt;
            import org.springframework.ai.openai.OpenAiChatModel;
            import org.springframework.ai.openai.OpenAiChatOptions;
            import org.springframework.ai.support.ToolCallbacks;
            import org.springframework.beans.factory.annotation.Qualifier;
            import org.springframework.boot.test.context.TestConfiguration;
            import org.springframework.context.annotation.Bean;
            import org.springframework.http.MediaType;
            import org.springframework.security.core.context.ReactiveSecurityContextHolder;
            import org.springframework.security.core.context.SecurityContextHolder;
            import reactor.core.publisher.Flux;
            import reactor.core.publisher.Mono;
            """;

    private static final Pattern PATH = Pattern.compile("// src/(?:main|test)/java/(\\S+)\\.java\n");
    private static final Pattern TYPE = Pattern.compile("(?:@\\S+\n)*(?:final )?(?:class|record|interface|enum) \\w+");
    private static final Pattern MEMBER = Pattern.compile("@Bean\\b");

    private JavaExamples() {}

    /**
     * Compiles them into {@link #CLASSES}.
     *
     * @return the errors of each example that has some
     */
    static Map<Example, String> compile(List<Example> examples) {
        FileSystemUtils.deleteRecursively(CLASSES.toFile());
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        var errors = new DiagnosticCollector<JavaFileObject>();
        var options = List.of("--release", "17", "-parameters", "-proc:none", "-Xlint:none", "-nowarn");
        List<Source> sources = new ArrayList<>();
        for (Example example : examples) {
            sources.add(source(example, "Example" + sources.size()));
        }
        try (var files = compiler.getStandardFileManager(errors, Locale.ROOT, null)) {
            Files.createDirectories(CLASSES);
            files.setLocationFromPaths(StandardLocation.CLASS_OUTPUT, List.of(CLASSES));
            compiler.getTask(new StringWriter(), files, errors, options, null, sources)
                    .call();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<Example, String> failures = new LinkedHashMap<>();
        for (Diagnostic<? extends JavaFileObject> error : errors.getDiagnostics()) {
            if (error.getKind() == Diagnostic.Kind.ERROR) {
                Optional<Source> source = Optional.ofNullable(error.getSource()).map(Source.class::cast);
                Example example = source.map(s -> s.example).orElse(examples.get(0));
                failures.merge(example, describe(error), (one, other) -> one + "\n" + other);
            }
        }
        return failures;
    }

    private static String describe(Diagnostic<? extends JavaFileObject> error) {
        String line = Optional.ofNullable(error.getSource())
                .map(source -> ((Source) source)
                        .code
                        .lines()
                        .skip(error.getLineNumber() - 1)
                        .findFirst()
                        .orElse(""))
                .orElse("");
        return error.getMessage(Locale.ROOT) + "\n    " + line.strip();
    }

    private static Source source(Example example, String name) {
        String text = example.text();
        var path = PATH.matcher(text);
        if (path.lookingAt()) {
            return new Source(example, path.group(1), text);
        }
        String head = "package dev.tidar.guide.examples." + name.toLowerCase(Locale.ROOT) + ";\n" + IMPORTS
                + "import dev.tidar.guide.Surroundings;\n";
        String file = "dev/tidar/guide/examples/" + name.toLowerCase(Locale.ROOT) + "/" + name;
        if (TYPE.matcher(text).lookingAt()) {
            return new Source(example, file, head + text);
        }
        String body = MEMBER.matcher(text).lookingAt() ? text : "void run() throws Exception {\n" + text + "}\n";
        return new Source(
                example,
                file,
                head + "class " + name + " extends Surroundings {\n" + name + "(ChatModel model) { super(model); }\n"
                        + body + "}\n");
    }

    private static final class Source extends SimpleJavaFileObject {

        private final Example example;
        private final String code;

        Source(Example example, String path, String code) {
            super(URI.create("string:///" + path + ".java"), Kind.SOURCE);
            this.example = example;
            this.code = code;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return code;
        }
    }
}
