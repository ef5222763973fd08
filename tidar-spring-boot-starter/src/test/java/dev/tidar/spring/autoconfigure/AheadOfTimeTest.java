package dev.tidar.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.test.ScriptedEngineAutoConfiguration;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.ai.model.chat.client.autoconfigure.ChatClientAutoConfiguration;
import org.springframework.ai.model.tool.autoconfigure.ToolCallingAutoConfiguration;
import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.FileSystemGeneratedFiles;
import org.springframework.aot.generate.GeneratedFiles.Kind;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.javapoet.ClassName;

/** Writes the code that Spring's {@code process-aot} writes for the beans of the starter, compiles it, and runs it. */
@DisplayName("An application that was processed ahead of time")
class AheadOfTimeTest {

    @ImportAutoConfiguration({
        ScriptedEngineAutoConfiguration.class,
        LifecycleAutoConfiguration.class,
        TidarModelsAutoConfiguration.class,
        TidarEngineAutoConfiguration.class,
        TidarChatAutoConfiguration.class,
        TidarHealthContributorAutoConfiguration.class,
        TidarEndpointAutoConfiguration.class,
        TidarMetricsAutoConfiguration.class,
        ToolCallingAutoConfiguration.class,
        ChatClientAutoConfiguration.class
    })
    @Retention(RetentionPolicy.RUNTIME)
    @interface AutoConfigured {}

    @Configuration(proxyBeanMethods = false)
    @AutoConfigured
    static class OneModel {}

    @Configuration(proxyBeanMethods = false)
    @AutoConfigured
    static class NamedModels {}

    @Test
    void answersFromTheCodeThatWasWritten(@TempDir Path folder) throws Exception {
        Path sources = Files.createDirectory(folder.resolve("sources"));
        Path classes = Files.createDirectory(folder.resolve("classes"));
        String[] one = {"tidar.model=nowhere", "tidar.chat.max-tokens=5"};
        String[] named = {"tidar.models.small.model=nowhere", "tidar.models.small.chat.max-tokens=6"};
        String first = process(OneModel.class, sources, classes, one);
        String second = process(NamedModels.class, sources, classes, named);
        compile(sources, classes);

        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (var loader = loader(classes)) {
            thread.setContextClassLoader(loader);

            assertThat(run(loader, first, "tidarChatModel", one)).satisfies(facts -> {
                assertThat(facts.get(0)).isEqualTo("Hello");
                assertThat(facts.get(1)).isEqualTo("5");
                assertThat(facts.get(2)).contains("tidarHealthIndicator", "chatClientBuilder");
            });
            assertThat(run(loader, second, "small", named)).startsWith("Hello", "6");
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @SuppressWarnings("unchecked")
    private static List<String> run(ClassLoader loader, String initializer, String model, String[] properties)
            throws ReflectiveOperationException {
        return (List<String>) loader.loadClass(AheadOfTimeProgram.class.getName())
                .getMethod("run", String.class, String.class, String[].class)
                .invoke(null, initializer, model, properties);
    }

    /** All classes anew, because generated code calls methods that only their packages see. */
    private static URLClassLoader loader(Path classes) {
        URL[] urls = Stream.concat(
                        Stream.of(classes.toString()),
                        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator)))
                .map(entry -> url(Path.of(entry)))
                .toArray(URL[]::new);
        return new URLClassLoader(urls, ClassLoader.getPlatformClassLoader());
    }

    private static URL url(Path entry) {
        try {
            return entry.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String process(Class<?> application, Path sources, Path resources, String... properties) {
        try (var context = new AnnotationConfigApplicationContext()) {
            TestPropertyValues.of(properties).applyTo(context);
            context.register(application);
            var generation = new DefaultGenerationContext(
                    new ClassNameGenerator(ClassName.get(application), application.getSimpleName()),
                    new FileSystemGeneratedFiles(kind -> kind == Kind.SOURCE ? sources : resources));
            ClassName initializer = new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
            generation.writeGeneratedContent();
            return initializer.reflectionName();
        }
    }

    private static void compile(Path sources, Path classes) throws IOException {
        List<String> files;
        try (Stream<Path> all = Files.walk(sources)) {
            files = all.map(Path::toString)
                    .filter(file -> file.endsWith(".java"))
                    .toList();
        }
        Stream<String> options = Stream.of(
                "-d", classes.toString(), "-proc:none", "-nowarn", "-cp", System.getProperty("java.class.path"));
        int status = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, Stream.concat(options, files.stream()).toArray(String[]::new));
        assertThat(status).isZero();
    }
}
