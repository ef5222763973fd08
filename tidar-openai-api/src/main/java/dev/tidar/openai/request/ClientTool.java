package dev.tidar.openai.request;

import org.springframework.ai.tool.ToolCallback;
import org.springframework.ai.tool.definition.ToolDefinition;

/** A tool of a client, described to the model here and run over there. */
record ClientTool(String name, String description, String inputSchema) implements ToolCallback, ToolDefinition {

    @Override
    public ToolDefinition getToolDefinition() {
        return this;
    }

    @Override
    public String call(String toolInput) {
        throw new UnsupportedOperationException("%s is a tool of the client, which runs it".formatted(name));
    }
}
