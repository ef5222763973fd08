package dev.tidar.spring.autoconfigure;

import dev.tidar.spring.TidarChatModel;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;

/**
 * An application for a JVM of its own: answers once and prints the answer's bytes, in a form that no charset changes.
 */
@ImportAutoConfiguration({TidarEngineAutoConfiguration.class, TidarChatAutoConfiguration.class})
class AnswerProgram {

    static final String PROMPT =
            "Once upon a time, Lily said \u201cgr\u00fc\u00df Gott\u201d \u0130\u0131 \u4f60\u597d";

    public static void main(String[] arguments) {
        var application = new SpringApplication(AnswerProgram.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        application.setBannerMode(Banner.Mode.OFF);
        try (var context = application.run(arguments)) {
            String answer = context.getBean(TidarChatModel.class).call(PROMPT);
            System.out.println("answer " + hex(answer));
        }
    }

    static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
    }
}
