package lanegraph.graph;

import java.util.Collection;

/** Guesses at what a misspelt name was meant to be. */
public final class Suggest {
    private static final int MAX_LENGTH = 64;

    private Suggest() {
    }

    /** {@code did you mean lines?} for the nearest of the known names, or null when none is near. */
    static String nearest(String found, Collection<String> known) {
        String best = find(found, known);
        return best == null ? null : "did you mean " + Problems.show(best) + "?";
    }

    /** The nearest of the known names, or null when none is near. */
    public static String find(String found, Collection<String> known) {
        String best = null;
        int bestDistance = Integer.MAX_VALUE;
        for (String name : known) {
            if (name.length() <= MAX_LENGTH && found.length() <= MAX_LENGTH) {
                int distance = distance(found, name);
                if (distance < bestDistance) {
                    best = name;
                    bestDistance = distance;
                }
            }
        }
        return best != null && bestDistance <= Math.max(1, Math.max(found.length(), best.length()) / 3)
                ? best
                : null;
    }

    /**
     * Insertions, deletions, replacements and swaps of neighbours that make a into b (optimal string
     * alignment).
     */
    private static int distance(String a, String b) {
        int[] before = new int[b.length() + 1];
        int[] last = new int[b.length() + 1];
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            last[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replace = last[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replace, Math.min(last[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2)
                        && a.charAt(i - 2) == b.charAt(j - 1)) {
                    row[j] = Math.min(row[j], before[j - 2] + 1);
                }
            }
            int[] free = before;
            before = last;
            last = row;
            row = free;
        }
        return last[b.length()];
    }
}
