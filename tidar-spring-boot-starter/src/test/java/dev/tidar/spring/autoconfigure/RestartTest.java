package dev.tidar.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.TidarEngine;
import dev.tidar.spring.StoriesModel;
import dev.tidar.spring.TidarChatModel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.io.DefaultResourceLoader;

/** As devtools restart it: in a new class loader for the classes of the project, while the old one is still there. */
@DisplayName("An application that is restarted in a new class loader")
class RestartTest {

    @Test
    void computesWithNativeKernelsEachTimeAlsoWhereItBringsTheEngineAlong(@TempDir Path directory) throws Exception {
        Path model = StoriesModel.in(directory);
        List<String> answers = new ArrayList<>();
        List<String> kernels = new ArrayList<>();
        List<Class<?>> engines = new ArrayList<>();
        for (int start = 0; start < 2; start++) {
            try (var loader = new OwnClasses(classesOf(TidarEngine.class), classesOf(TidarChatModel.class));
                    ConfigurableApplicationContext context = run(loader, model)) {
                answers.add(context.getBean(ChatModel.class).call("Once upon a time"));
                Object engine = context.getBean("tidarEngine");
                engines.add(engine.getClass());
                Object status = engine.getClass().getMethod("status").invoke(engine);
                kernels.add((String) status.getClass().getMethod("backend").invoke(status));
            }
        }

        assertThat(engines).doesNotHaveDuplicates().doesNotContain(TidarEngine.class);
        assertThat(answers.get(1)).isNotBlank().isEqualTo(answers.get(0));
        assertThat(kernels.get(1)).isEqualTo(kernels.get(0));
        try (TidarEngine engine = StoriesModel.load(directory.resolve("again"))) {
            assertThat(kernels).containsOnly(engine.status().backend());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "file:/home/me/tidar/tidar-engine/target/classes/",
                "file:/home/me/tidar/tidar-engine/bin/main/",
                "file:/home/me/tidar/tidar-spring-boot-starter/build/classes/java/main/"
            })
    void keepsTheEngineWhereItIsAProjectBesideTheApplication(String url) throws IOException {
        Properties devtools = new Properties();
        try (InputStream file = getClass().getResourceAsStream("/META-INF/spring-devtools.properties")) {
            devtools.load(file);
        }

        assertThat(devtools.stringPropertyNames())
                .allMatch(name -> name.startsWith("restart.exclude."))
                .anyMatch(name ->
                        Pattern.compile(devtools.getProperty(name)).matcher(url).find());
    }

    private static ConfigurableApplicationContext run(ClassLoader loader, Path model) throws ClassNotFoundException {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            return new SpringApplicationBuilder(
                            new DefaultResourceLoader(loader),
                            loader.loadClass(TidarEngineAutoConfiguration.class.getName()),
                            loader.loadClass(TidarChatAutoConfiguration.class.getName()))
                    .web(org.springframework.boot.WebApplicationType.NONE)
                    .run(
                            "--tidar.model=" + model,
                            "--tidar.threads=1",
                            "--tidar.chat.max-tokens=8",
                            "--tidar.chat.temperature=0",
                            "--spring.main.banner-mode=off");
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private static Path classesOf(Class<?> type) throws java.net.URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }
}
