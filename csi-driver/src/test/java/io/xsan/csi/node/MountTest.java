package io.xsan.csi.node;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MountTest {
    @Test
    void lineOfTheKernelIsRead() {
        Mount mount =
                Mount.parse(
                        "2310 2208 7:3 /sub /var/lib/kubelet/a\\040b rw,relatime shared:51 master:2"
                                + " - ext4 /dev/loop3 ro,errors=remount-ro");

        assertThat(mount)
                .isEqualTo(
                        new Mount(
                                "7:3",
                                "/sub",
                                "/var/lib/kubelet/a b",
                                false,
                                true,
                                "ext4",
                                "/dev/loop3"));
    }

    @Test
    void lineWithoutOptionalFieldsIsRead() {
        Mount mount = Mount.parse("25 1 0:5 /loop3 /t ro - devtmpfs devtmpfs rw,size=4k");

        assertThat(mount.isReadOnly()).isTrue();
        assertThat(mount.isFileSystemReadOnly()).isFalse();
        assertThat(mount.root()).isEqualTo("/loop3");
    }
}
