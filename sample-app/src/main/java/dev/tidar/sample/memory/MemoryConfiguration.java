package dev.tidar.sample.memory;

import java.time.InstantSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The memory of this application. */
@Configuration(proxyBeanMethods = false)
class MemoryConfiguration {

    @Bean
    Conversations conversations(ConversationProperties limits) {
        return new Conversations(limits, InstantSource.system());
    }
}
