/**
 * The structure of answers. {@link dev.tidar.text.answer.AnswerParser} splits an answer into thoughts, text and tool
 * calls while its text arrives; {@link dev.tidar.text.answer.StructuralTags} describe what the answer may consist of.
 * Nothing here knows tokens or a device.
 */
@NullMarked
package dev.tidar.text.answer;

import org.jspecify.annotations.NullMarked;
