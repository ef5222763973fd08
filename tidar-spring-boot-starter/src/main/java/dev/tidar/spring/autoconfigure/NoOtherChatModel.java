package dev.tidar.spring.autoconfigure;

import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.model.SpringAIModelProperties;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;

/** Matches unless the application has a chat model of its own, and also then if the properties select this one. */
final class NoOtherChatModel extends AnyNestedCondition {

    NoOtherChatModel() {
        super(ConfigurationPhase.REGISTER_BEAN);
    }

    @ConditionalOnMissingBean(ChatModel.class)
    static final class ThereIsNone {}

    @ConditionalOnProperty(name = SpringAIModelProperties.CHAT_MODEL, havingValue = "tidar")
    static final class ThisOneIsSelected {}
}
