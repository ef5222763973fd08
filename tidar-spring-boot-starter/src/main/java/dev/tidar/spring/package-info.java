/** TiDAR models as a Spring AI {@link org.springframework.ai.chat.model.ChatModel}. */
@NullMarked
package dev.tidar.spring;

import org.jspecify.annotations.NullMarked;
