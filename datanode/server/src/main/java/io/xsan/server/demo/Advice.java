package io.xsan.server.demo;

import io.xsan.protocol.v1.Export;
import java.nio.file.Files;
import java.nio.file.Path;

/** What to do with a cluster that was kept. */
final class Advice {
    private Advice() {}

    static String text(Site site, Export export) {
        String uri = export.getUnixUri();
        String dir = site.directory().toString();
        boolean isDefault = dir.endsWith("/.xsan/demo");
        String cluster = isDefault ? "" : " --cluster " + dir;
        return """

        The cluster keeps running in %1$s:

          nbdinfo '%2$s'
          qemu-img info '%2$s'
          fio --name=try --ioengine=nbd --uri='%2$s' --rw=randrw --bs=4k --iodepth=16 \
        --size=64m --verify=crc32c
          ./xsan cluster status%3$s
          ./xsan volume list%3$s

        As a block device of this host, for which an agent has to run; %5$s

          ./xsan agent --config %1$s/agent.json 2>%1$s/agent.log &
          ./xsan volume create files --size 1GiB%3$s
          device=$(./xsan attach files --wait 60%3$s)
          mkfs.ext4 $device && mkdir -p /mnt/xsan && mount $device /mnt/xsan
          ./xsan attached%3$s
          umount /mnt/xsan && ./xsan detach files%3$s && kill %%1

        Stop it, after devices are detached:

          ./xsan demo --stop%4$s
        """
                .formatted(dir, uri, cluster, isDefault ? "" : " --dir " + dir, attachingNeeds());
    }

    private static String attachingNeeds() {
        boolean isRoot = System.getProperty("user.name", "").equals("root");
        boolean hasFuse = Files.exists(Path.of("/dev/fuse"));
        if (!hasFuse) {
            return "here is no /dev/fuse, so the kernel's module fuse must be loaded first:";
        }
        return isRoot
                ? "it needs root and /dev/fuse, which are here:"
                : "it needs root, which you are not: use sudo -s first:";
    }
}
