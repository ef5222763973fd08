package dev.tidar.tokenizer;

import dev.tidar.answer.AnswerSyntax;

/**
 * A conversation, laid out.
 *
 * @param text the prompt
 * @param answerSyntax what the answer to it may hold besides text
 */
public record ChatPrompt(PromptText text, AnswerSyntax answerSyntax) {}
