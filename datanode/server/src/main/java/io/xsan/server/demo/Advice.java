package io.xsan.server.demo;

import io.xsan.protocol.v1.Export;

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

        Stop it:

          ./xsan demo --stop%4$s
        """
                .formatted(dir, uri, cluster, isDefault ? "" : " --dir " + dir);
    }
}
