package io.xsan.csi;

import io.xsan.csi.controller.Cluster;
import io.xsan.csi.controller.KillPointRun;
import io.xsan.protocol.client.XsanClient;
import java.io.IOException;

/** Runs {@link KillPointRun} against the cluster that the controller's arguments name. */
public final class ControllerKillPoints {
    private ControllerKillPoints() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        try (XsanClient client = new XsanClient(Options.parse(arguments).cluster(), 15_000)) {
            Cluster.Calls calls = client::call;
            System.out.println(new KillPointRun(calls).run() + " combinations converged");
        }
    }
}
