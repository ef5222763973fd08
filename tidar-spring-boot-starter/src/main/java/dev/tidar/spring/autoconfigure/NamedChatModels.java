package dev.tidar.spring.autoconfigure;

import dev.tidar.spring.TidarChatModel;
import dev.tidar.spring.TidarModels;
import org.springframework.beans.factory.BeanRegistrar;
import org.springframework.beans.factory.BeanRegistry;
import org.springframework.core.env.Environment;

/** Registers a chat model under the name of each model, which is its qualifier too. */
final class NamedChatModels implements BeanRegistrar {

    @Override
    public void register(BeanRegistry registry, Environment environment) {
        NamedModel.names(environment)
                .forEach(name -> registry.registerBean(
                        name,
                        TidarChatModel.class,
                        spec -> spec.description("Chat model of tidar.models." + name)
                                .supplier(context -> context.bean(TidarModels.class)
                                        .chatModel(name)
                                        .orElseThrow())));
    }
}
