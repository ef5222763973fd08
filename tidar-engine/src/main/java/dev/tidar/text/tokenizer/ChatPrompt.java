package dev.tidar.text.tokenizer;

import dev.tidar.text.answer.AnswerSyntax;

/**
 * A conversation, laid out.
 *
 * @param text the prompt
 * @param answerSyntax what the answer to it may hold besides text
 */
public record ChatPrompt(PromptText text, AnswerSyntax answerSyntax) {}
