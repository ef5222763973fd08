/** Chat completions as OpenAI's clients expect them, without a web server in sight. */
@NullMarked
package dev.tidar.openai;

import org.jspecify.annotations.NullMarked;
