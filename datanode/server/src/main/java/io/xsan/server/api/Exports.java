package io.xsan.server.api;

import io.xsan.base.ErrorCode;
import io.xsan.meta.image.NodeRecord;
import io.xsan.meta.image.VolumeRecord;
import io.xsan.protocol.v1.Export;
import io.xsan.server.config.DatanodeConfig;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Addresses of exported volumes. */
final class Exports {
    private Exports() {}

    /** Where {@code volume} is served over NBD: on its owner. */
    static Export of(NodeView node, VolumeRecord volume) {
        NodeRecord owner =
                node.image()
                        .node(volume.owner())
                        .orElseThrow(() ->
                                ApiErrors.of(
                                        ErrorCode.NODE_UNREACHABLE,
                                        "owner " + volume.owner() + " is not known"));
        String name = URLEncoder.encode(volume.name(), StandardCharsets.UTF_8);
        Export.Builder export =
                Export.newBuilder()
                        .setOwner(volume.owner().value())
                        .setTcpUri(
                                "nbd://"
                                        + owner.host()
                                        + ":"
                                        + (owner.basePort() + DatanodeConfig.Port.NBD.offset())
                                        + "/"
                                        + name);
        if (volume.owner().value() == node.config().cluster().nodeId()) {
            export.setUnixUri(
                    "nbd+unix:///"
                            + name
                            + "?socket="
                            + node.config().cluster().dataDir().resolve("nbd.sock"));
        }
        return export.build();
    }
}
