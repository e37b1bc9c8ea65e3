package io.xsan.operator.reconcile;

import io.xsan.crds.UpgradeSpec;
import io.xsan.operator.desired.DesiredState;
import io.xsan.operator.desired.Plan;
import io.xsan.operator.identity.Identity;
import io.xsan.operator.identity.StorageNode;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Gives datanodes a new program or configuration: one at a time, each only while all others are
 * ready and every component of every volume is in sync. An image with which a datanode does not
 * become ready is taken back, as long as no other one has replaced it in the spec.
 */
final class Rollout {
    static final String TYPE = "UpToDate";

    private final Plan plan;
    private final Datanodes datanodes;
    private final Health health;
    private final InstantSource clock;

    Rollout(Plan plan, Datanodes datanodes, Health health, InstantSource clock) {
        this.plan = plan;
        this.datanodes = datanodes;
        this.health = health;
        this.clock = clock;
    }

    /** Does the next step, if one may be done, and says so; answers what is known of images now. */
    Identity step(Conditions conditions) {
        List<StorageNode> nodes = plan.identity().running();
        List<StorageNode> outdated = nodes.stream().filter(this::isOutdated).toList();
        Optional<StorageNode> late = nodes.stream().filter(this::isLate).findFirst();
        if (late.isPresent() && isImageToBlame(late.get())) {
            return takeBack(late.get(), conditions);
        }
        if (outdated.isEmpty()) {
            return settled(nodes, conditions);
        }
        if (plan.spec().upgrade().policy() == UpgradeSpec.Policy.Manual) {
            conditions.set(
                    TYPE,
                    false,
                    "WaitingForPerson",
                    "upgrade.policy is Manual: delete the pods of datanodes "
                            + numbers(outdated)
                            + ", one after the other");
            return plan.identity();
        }
        next(nodes, outdated, conditions);
        return plan.identity();
    }

    private void next(List<StorageNode> nodes, List<StorageNode> outdated, Conditions conditions) {
        List<StorageNode> notReady =
                nodes.stream().filter(node -> !datanodes.isReady(node)).toList();
        Optional<StorageNode> broken = notReady.stream().filter(outdated::contains).findFirst();
        String obstacle = notReady.isEmpty() ? obstacle() : "";
        if (broken.isEmpty() && !notReady.isEmpty()) {
            obstacle = "datanodes " + numbers(notReady) + " are not ready";
        }
        if (!obstacle.isEmpty()) {
            conditions.set(
                    TYPE,
                    false,
                    "Waiting",
                    "datanodes " + numbers(outdated) + " are to be restarted; waits: " + obstacle);
            return;
        }
        // One that does not serve costs nothing more when it is restarted.
        StorageNode next = broken.orElse(outdated.getFirst());
        datanodes.restart(next);
        conditions.set(
                TYPE,
                false,
                "Restarting",
                "datanode " + next.number() + " on node " + next.name() + " is restarted");
    }

    private String obstacle() {
        if (!health.isReachable()) {
            return "no datanode answers: " + health.why();
        }
        List<String> behind = health.behind();
        if (!behind.isEmpty()) {
            return "not in sync: " + String.join(", ", behind);
        }
        return health.isMovingData() ? "data move to other nodes" : "";
    }

    private Identity settled(List<StorageNode> nodes, Conditions conditions) {
        Identity identity = plan.identity();
        String asked = plan.release().datanode(plan.spec().images());
        boolean isTakenBack = asked.equals(identity.badImage());
        if (isTakenBack) {
            conditions.set(
                    TYPE,
                    false,
                    "TakenBack",
                    "with image "
                            + asked
                            + " a datanode did not become ready, so all have "
                            + plan.datanodeImage()
                            + "; give another one in images.datanode");
            return identity;
        }
        conditions.set(TYPE, true, "UpToDate", "all datanodes run " + plan.datanodeImage());
        boolean isGood = !nodes.isEmpty() && nodes.stream().allMatch(datanodes::isReady);
        return isGood ? identity.withImages(plan.datanodeImage(), "") : identity;
    }

    private Identity takeBack(StorageNode node, Conditions conditions) {
        Identity identity = plan.identity();
        String bad = datanodes.image(node);
        conditions.set(
                TYPE,
                false,
                "TakenBack",
                "datanode %d on node %s did not become ready within %d s with image %s (%s); goes back to %s"
                        .formatted(
                                node.number(),
                                node.name(),
                                plan.spec().upgrade().nodeTimeoutSeconds(),
                                bad,
                                datanodes.trouble(node),
                                identity.goodImage()));
        return identity.withImages(identity.goodImage(), bad);
    }

    private boolean isOutdated(StorageNode node) {
        return datanodes.isOutdated(node, DesiredState.madeOf(plan, node));
    }

    private boolean isLate(StorageNode node) {
        Instant limit = clock.instant().minusSeconds(plan.spec().upgrade().nodeTimeoutSeconds());
        return datanodes.notReadySince(node).filter(since -> since.isBefore(limit)).isPresent();
    }

    private boolean isImageToBlame(StorageNode node) {
        String image = datanodes.image(node);
        String good = plan.identity().goodImage();
        return !good.isEmpty() && !image.equals(good) && image.equals(plan.datanodeImage());
    }

    static String numbers(List<StorageNode> nodes) {
        return String.join(
                ", ", nodes.stream().map(node -> Integer.toString(node.number())).toList());
    }
}
