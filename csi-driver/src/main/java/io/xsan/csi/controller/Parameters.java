package io.xsan.csi.controller;

import io.xsan.csi.rpc.Failures;
import io.xsan.protocol.v1.Policy;
import io.xsan.protocol.v1.Volume;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a StorageClass (or a VolumeAttributesClass, for those that can change) asks of a volume.
 * What is 0 was not asked for.
 */
record Parameters(Policy policy, int sectorBytes) {
    private static final String ALLOWED = "replicas, minReplicas, width, sectorSize";
    private static final String ALLOWED_TO_CHANGE = "replicas, minReplicas, width";

    /** What provisioners add for the driver's information, and nothing depends on. */
    private static final String OF_THE_ORCHESTRATOR = "csi.storage.k8s.io/";

    private static final int MEMBERS_MAX = 256;
    private static final int REPLICAS_MAX = 5;

    /** Reads the parameters of a new volume; {@code mutable} ones win. */
    static Parameters ofNew(Map<String, String> fixed, Map<String, String> mutable) {
        Map<String, String> all = new TreeMap<>(fixed);
        all.keySet().removeIf(key -> key.startsWith(OF_THE_ORCHESTRATOR));
        String sector = all.remove("sectorSize");
        int sectorBytes = sector == null ? 0 : sector(sector);
        policy(mutable, ALLOWED_TO_CHANGE);
        all.putAll(mutable);
        return new Parameters(policy(all, ALLOWED), sectorBytes);
    }

    /** Reads what is to change of a volume; refuses all if one is not known or out of range. */
    static Policy ofChange(Map<String, String> mutable) {
        return policy(mutable, ALLOWED_TO_CHANGE);
    }

    private static int sector(String text) {
        return switch (text) {
            case "512" -> 512;
            case "4096" -> 4096;
            default -> throw Failures.invalid("parameters: sectorSize", text, "512 or 4096");
        };
    }

    private static Policy policy(Map<String, String> parameters, String allowed) {
        Policy.Builder policy = Policy.newBuilder();
        parameters.forEach((key, value) -> {
            switch (key) {
                case "replicas" -> policy.setReplicas(number(key, value, REPLICAS_MAX));
                case "minReplicas" -> policy.setMinReplicas(number(key, value, REPLICAS_MAX));
                case "width" -> policy.setWidth(number(key, value, MEMBERS_MAX));
                default -> throw Failures.invalid("parameters: key", key, allowed);
            }
        });
        return policy.build();
    }

    private static int number(String key, String text, int most) {
        if (text.matches("[0-9]{1,6}")) {
            int number = Integer.parseInt(text);
            if (number >= 1 && number <= most) {
                return number;
            }
        }
        throw Failures.invalid("parameters: " + key, text, "1 to " + most);
    }

    /** What of an existing volume is not as asked; empty if all is. */
    Optional<String> difference(Volume volume) {
        Policy is = volume.getPolicy();
        return differs("replicas", policy.getReplicas(), is.getReplicas())
                .or(() -> differs("minReplicas", policy.getMinReplicas(), is.getMinReplicas()))
                .or(() -> differs("width", policy.getWidth(), is.getWidth()))
                .or(() -> differs("sectorSize", sectorBytes, volume.getSectorBytes()));
    }

    private static Optional<String> differs(String field, int asked, int is) {
        return asked == 0 || asked == is
                ? Optional.empty()
                : Optional.of(field + " " + is + ", not " + asked);
    }
}
