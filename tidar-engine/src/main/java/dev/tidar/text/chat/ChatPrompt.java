package dev.tidar.text.chat;

import dev.tidar.text.answer.AnswerSyntax;
import dev.tidar.text.tokenizer.PromptText;

/**
 * A conversation that the chat template has rendered to a prompt.
 *
 * @param text the prompt
 * @param answerSyntax what the answer may contain besides text
 */
public record ChatPrompt(PromptText text, AnswerSyntax answerSyntax) {}
