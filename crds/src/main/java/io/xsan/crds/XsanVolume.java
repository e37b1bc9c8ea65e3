package io.xsan.crds;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn.Type;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/**
 * A volume of the cluster, cluster-scoped, named as the volume. Every volume has one; the metadata
 * of the cluster is the truth, so a spec is applied only where a user has changed it.
 */
@Group(XsanCluster.GROUP)
@Version(XsanCluster.VERSION)
@ShortNames("xsv")
@Categories("xsan")
@AdditionalPrinterColumn(name = "Size", jsonPath = ".spec.size", type = Type.STRING)
@AdditionalPrinterColumn(name = "State", jsonPath = ".status.state", type = Type.STRING)
@AdditionalPrinterColumn(name = "Replicas", jsonPath = ".status.inSync", type = Type.STRING)
@AdditionalPrinterColumn(name = "Owner", jsonPath = ".status.owner", type = Type.STRING)
@AdditionalPrinterColumn(name = "Attached", jsonPath = ".status.attachedTo", type = Type.STRING)
@AdditionalPrinterColumn(name = "Age", jsonPath = ".metadata.creationTimestamp", type = Type.DATE)
public class XsanVolume extends CustomResource<XsanVolumeSpec, XsanVolumeStatus> {
    private static final long serialVersionUID = 1L;
}
