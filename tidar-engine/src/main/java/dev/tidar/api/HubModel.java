package dev.tidar.api;

import dev.tidar.json.Quoted;
import java.util.regex.Pattern;

/**
 * A model by its name on a hub, by the rules of the Hugging Face hub.
 *
 * @param repository {@code organization/name}, or {@code name} alone where the hub has it so
 * @param revision branch, tag or commit
 */
public record HubModel(String repository, String revision) implements ModelSource {

    /** The revision of a name that has none. */
    public static final String MAIN = "main";

    private static final String PREFIX = "hf:";
    private static final int MAX_CHARACTERS = 96;
    private static final int MAX_REVISION_CHARACTERS = 200;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?");
    private static final Pattern REVISION =
            Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._+-]*(?:/[A-Za-z0-9_][A-Za-z0-9._+-]*)*");

    public HubModel {
        if (!isRepository(repository)) {
            throw new IllegalArgumentException(
                    "a model of a hub must be %sorganization/name of letters, digits, '-', '_' and '.', but is \"%s\""
                            .formatted(PREFIX, Quoted.of(repository)));
        }
        if (!isRevision(revision)) {
            throw new IllegalArgumentException(
                    "the revision of a model must be a branch, a tag or a commit, but is \"%s\""
                            .formatted(Quoted.of(revision)));
        }
    }

    /** Whether a text is meant as the name of a model on a hub. */
    public static boolean isName(String text) {
        return text.startsWith(PREFIX);
    }

    /** Reads {@code hf:organization/name} or {@code hf:organization/name@revision}. */
    public static HubModel of(String text) {
        String name = isName(text) ? text.substring(PREFIX.length()) : text;
        int at = name.indexOf('@');
        return at < 0 ? new HubModel(name, MAIN) : new HubModel(name.substring(0, at), name.substring(at + 1));
    }

    @Override
    public String name() {
        return repository;
    }

    /** As the user writes it; the revision is left out where it is the usual one. */
    @Override
    public String toString() {
        return PREFIX + repository + (revision.equals(MAIN) ? "" : "@" + revision);
    }

    private static boolean isRepository(String text) {
        String[] parts = text.split("/", -1);
        boolean named = parts.length <= 2 && text.length() <= MAX_CHARACTERS;
        for (String part : parts) {
            named &= NAME.matcher(part).matches();
        }
        return named && !text.contains("--") && !text.contains("..") && !text.endsWith(".git");
    }

    /** A revision is also a path below {@code refs/} of the cache, so it must not lead out of there. */
    private static boolean isRevision(String text) {
        return text.length() <= MAX_REVISION_CHARACTERS
                && REVISION.matcher(text).matches()
                && !text.contains("..")
                && !text.endsWith(".lock");
    }
}
