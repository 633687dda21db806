package lanegraph.lane;

import java.util.Map;
import lanegraph.LaneGraphException;
import lanegraph.LaneGraphException.Category;

/** The exceptions that the handles of every kind of lane throw. */
final class LaneErrors {
    private LaneErrors() {}

    static LaneGraphException closed(String lane) {
        return new LaneGraphException(Category.UNAVAILABLE, "lane/closed",
                "lane " + lane + ": this handle is closed; ask a running graph for a new one", Map.of("lane", lane));
    }

    static LaneGraphException notClaimed(String lane) {
        return new LaneGraphException(Category.INCORRECT, "lane/not-claimed",
                "lane " + lane + ": commit without a claim before it", Map.of("lane", lane));
    }

    static LaneGraphException noMessage(String lane) {
        return new LaneGraphException(Category.INCORRECT, "lane/no-message",
                "lane " + lane + ": there is no message at the reader's position; call peek() first", Map.of("lane", lane));
    }

    static LaneGraphException carriesObjects(String lane) {
        return new LaneGraphException(Category.INCORRECT, "lane/by-reference",
                "lane " + lane + ": carries objects by reference and has no bytes; use values, or spawn with wire = always",
                Map.of("lane", lane));
    }

    static LaneGraphException noValue(String lane) {
        return new LaneGraphException(Category.INCORRECT, "lane/no-value",
                "lane " + lane + ": null is no message", Map.of("lane", lane));
    }

    /** For a message of a journal that is shorter than 0 bytes or longer than it may be. */
    static LaneGraphException badRecord(String lane, int length, int maxLength, long segmentBytes) {
        Map<String, Object> details = Map.of("lane", lane, "length", length, "max-length", maxLength, "segment-bytes",
                segmentBytes);
        return length < 0
                ? new LaneGraphException(Category.INCORRECT, "lane/bad-length", "lane " + lane + ": a message of "
                        + length + " bytes; expected 0 to " + maxLength, details)
                : new LaneGraphException(Category.INCORRECT, "lane/too-large", "lane " + lane + ": a message of "
                        + length + " bytes, but a journal with segments of " + segmentBytes + " bytes takes "
                        + maxLength + ", an eighth of one; give the lane a larger segment-bytes or make the message smaller."
                        + " Nothing was written.", details);
    }
}
