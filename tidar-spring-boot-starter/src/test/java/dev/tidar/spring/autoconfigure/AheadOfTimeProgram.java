package dev.tidar.spring.autoconfigure;

import dev.tidar.test.TidarScript;
import java.util.Arrays;
import java.util.List;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.support.GenericApplicationContext;

/** Starts the application of {@link AheadOfTimeTest} from generated code, with all classes in a loader of its own. */
public final class AheadOfTimeProgram {

    private AheadOfTimeProgram() {}

    /**
     * The answer of a chat model, its limit on tokens, and the beans that there are, one a line.
     *
     * @param initializer name of the class that was generated
     * @param model name of the chat model
     */
    @SuppressWarnings("unchecked")
    public static List<String> run(String initializer, String model, String[] properties)
            throws ReflectiveOperationException {
        try (var context = new GenericApplicationContext()) {
            ClassLoader loader = AheadOfTimeProgram.class.getClassLoader();
            context.setClassLoader(loader);
            TestPropertyValues.of(properties).applyTo(context);
            var generated = (ApplicationContextInitializer<GenericApplicationContext>)
                    loader.loadClass(initializer).getDeclaredConstructor().newInstance();
            generated.initialize(context);
            context.refresh();
            context.getBean(TidarScript.class).reply("Hello");
            ChatModel chatModel = context.getBean(model, ChatModel.class);
            return List.of(
                    String.valueOf(chatModel.call("?")),
                    String.valueOf(chatModel.getOptions().getMaxTokens()),
                    Arrays.toString(context.getBeanDefinitionNames()));
        }
    }
}
