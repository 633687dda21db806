package lanegraph.lane;

/** A message that is an object, with a number that another thread may see too late. */
final class Numbered {
    private int number; // not final: a final field would be seen in any case

    Numbered(int number) {
        this.number = number;
    }

    /** The number, or {@link Messages#TORN} if there is none, or no object. */
    static int of(Object found) {
        return found instanceof Numbered one && one.number > 0 ? one.number : Messages.TORN;
    }
}
