package io.xsan.csi.controller;

import io.xsan.csi.v1.VolumeCondition;
import io.xsan.protocol.v1.Component;
import io.xsan.protocol.v1.Volume;
import java.util.ArrayList;
import java.util.List;

/** The state of a volume in a sentence. */
final class Conditions {
    private static final String IN_SYNC = "IN_SYNC";

    private Conditions() {}

    static VolumeCondition of(Volume volume) {
        List<String> behind = new ArrayList<>();
        for (Component component : volume.getComponentsList()) {
            if (!component.getState().equals(IN_SYNC)) {
                behind.add(
                        "node "
                                + component.getNode()
                                + " is "
                                + component.getState()
                                + progress(component));
            }
        }
        int all = volume.getComponentsCount();
        String message = (all - behind.size()) + " of " + all + " components are in sync";
        if (!behind.isEmpty()) {
            message += ": " + String.join(", ", behind);
        }
        return VolumeCondition.newBuilder()
                .setAbnormal(!behind.isEmpty())
                .setMessage(message)
                .build();
    }

    private static String progress(Component component) {
        long all = component.getPagesCopied() + component.getPagesLeft();
        return all == 0 ? "" : " (" + component.getPagesCopied() * 100 / all + " %)";
    }
}
