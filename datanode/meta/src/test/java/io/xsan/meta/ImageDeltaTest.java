package io.xsan.meta;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.meta.codec.RecordCodec;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.ImageDelta;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Changes between images: whoever applies them has the image, from whatever he had. */
class ImageDeltaTest {
    @Test
    void imagesOfARandomHistoryComeOutOfTheirDeltas() {
        for (long seed = 1; seed <= 20; seed++) {
            MetaCluster cluster = MetaCluster.of(RandomCommands.NODES);
            RandomCommands commands = new RandomCommands(new Random(seed));
            Random skips = new Random(-seed);
            ClusterImage sent = ClusterImage.UNFORMED;
            ClusterImage received = ClusterImage.UNFORMED;
            for (int i = 0; i < 300; i++) {
                cluster.apply(commands.next(cluster.image()));
                if (skips.nextInt(3) == 0) {
                    received = ImageDelta.between(sent, cluster.image()).applyTo(received);
                    sent = cluster.image();
                    assertThat(RecordCodec.encode(received)).isEqualTo(RecordCodec.encode(sent));
                    assertThat(received.names()).isEqualTo(sent.names());
                }
            }
        }
    }
}
