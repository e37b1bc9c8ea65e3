package io.xsan.operator.desired;

import io.xsan.crds.ImagesSpec;

/** The images of the operator's own release: what a cluster gets that names none. */
public record Release(
        String datanode, String csiDriver, String provisioner, String attacher, String resizer) {
    /** The datanode image that a cluster asks for. */
    public String datanode(ImagesSpec images) {
        return or(images.datanode(), datanode);
    }

    String csiDriver(ImagesSpec images) {
        return or(images.csiDriver(), csiDriver);
    }

    String provisioner(ImagesSpec images) {
        return or(images.provisioner(), provisioner);
    }

    String attacher(ImagesSpec images) {
        return or(images.attacher(), attacher);
    }

    String resizer(ImagesSpec images) {
        return or(images.resizer(), resizer);
    }

    private static String or(String asked, String own) {
        return asked.isEmpty() ? own : asked;
    }
}
