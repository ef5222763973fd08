package dev.tidar.text.tokenizer.splitter;

import dev.tidar.text.tokenizer.part.Part;
import java.util.Locale;

/**
 * Replaces spaces by a mark that can be part of tokens, and splits before each mark.
 *
 * @param mark the mark, one character
 * @param prepends where a mark is put before text that does not begin with one
 * @param splits whether it splits
 */
record Metaspace(String mark, Prepends prepends, boolean splits) implements Splitter {

    /** Where a mark is put before text that does not begin with one. */
    enum Prepends {
        ALWAYS,
        FIRST,
        NEVER
    }

    static Metaspace of(Part part) {
        String mark = part.text("replacement");
        if (mark.codePointCount(0, mark.length()) != 1) {
            throw part.at("replacement").corrupt("must be one character, but is %s", mark);
        }
        Prepends prepends = prepends(part);
        return new Metaspace(mark, prepends, part.flag("split", true));
    }

    private static Prepends prepends(Part part) {
        String scheme = part.optionalText("prepend_scheme").orElse("always");
        for (Prepends prepends : Prepends.values()) {
            if (prepends.name().toLowerCase(Locale.ROOT).equals(scheme)) {
                if (!part.flag("add_prefix_space", true) && prepends != Prepends.NEVER) {
                    throw part.at("prepend_scheme")
                            .corrupt("must be never without add_prefix_space, but is %s", scheme);
                }
                return prepends;
            }
        }
        throw part.at("prepend_scheme").unsupported("must be always, first or never, but is %s", scheme);
    }

    @Override
    public void split(String text, int start, int end, boolean opens, Words words) {
        String marked = text.substring(start, end).replace(" ", mark);
        if ((prepends == Prepends.ALWAYS || prepends == Prepends.FIRST && opens) && !marked.startsWith(mark)) {
            marked = mark.concat(marked);
        }
        if (splits) {
            new Split(Pattern.literal(mark), false, Split.Delimiters.MERGED_WITH_NEXT)
                    .split(marked, 0, marked.length(), opens, words);
        } else {
            words.accept(marked, 0, marked.length(), opens);
        }
    }
}
