package io.xsan.crds;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn.Type;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/**
 * The one storage cluster of a Kubernetes cluster; cluster-scoped. A second object gets the
 * condition {@code Accepted=False} and nothing else.
 */
@Group(XsanCluster.GROUP)
@Version(XsanCluster.VERSION)
@ShortNames("xsc")
@Categories("xsan")
@AdditionalPrinterColumn(
        name = "Ready",
        jsonPath = ".status.conditions[?(@.type==\"Ready\")].status",
        type = Type.STRING)
@AdditionalPrinterColumn(name = "Nodes", jsonPath = ".status.nodesReady", type = Type.STRING)
@AdditionalPrinterColumn(name = "Volumes", jsonPath = ".status.volumesInSync", type = Type.STRING)
@AdditionalPrinterColumn(name = "Free", jsonPath = ".status.capacity.free", type = Type.STRING)
@AdditionalPrinterColumn(name = "Age", jsonPath = ".metadata.creationTimestamp", type = Type.DATE)
@AdditionalPrinterColumn(
        name = "Message",
        jsonPath = ".status.conditions[?(@.type==\"Ready\")].message",
        type = Type.STRING,
        priority = 1)
public class XsanCluster extends CustomResource<XsanClusterSpec, XsanClusterStatus> {
    /** API group of all resources. */
    public static final String GROUP = "xsan.io";

    /** Version of all resources. */
    public static final String VERSION = "v1alpha1";

    private static final long serialVersionUID = 1L;
}
