package dev.tidar.sample.guide;

import java.nio.file.Path;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Retrieval over the guide.
 *
 * @param enabled whether questions may be answered from the guide, where the application has an embedding model
 * @param folder where the index is kept
 */
@ConfigurationProperties("sample.retrieval")
record RetrievalProperties(@DefaultValue("true") boolean enabled, Path folder) {}
