package dev.tidar.guide;

import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.tool.annotation.Tool;

/** What examples use that are no whole files. They are compiled in subclasses of this class, and not run. */
public abstract class Surroundings {

    protected final ChatClient client;
    protected final ChatModel model;

    protected Surroundings(ChatModel model) {
        this.model = model;
        this.client = ChatClient.create(model);
    }

    /** An answer that is an object. */
    protected record City(String name, String country, int inhabitants) {}

    /** A tool. */
    protected static class Weather {

        public Weather() {}

        @Tool(description = "The temperature in a city, in degrees Celsius")
        int temperature(String city) {
            return city.length();
        }
    }
}
