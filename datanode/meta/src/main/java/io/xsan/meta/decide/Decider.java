package io.xsan.meta.decide;

import io.xsan.base.ErrorCode;
import io.xsan.meta.command.Command;
import io.xsan.meta.command.Result;
import io.xsan.meta.image.ClusterImage;

/** Decides commands. */
public final class Decider {
    private Decider() {}

    /**
     * What {@code command} at {@code index} of the log does to {@code before}. A refusal changes
     * nothing but the index.
     */
    public static Decision decide(ClusterImage before, long index, Command command) {
        Draft draft = new Draft(before, index);
        if (!before.isFormed() && !(command instanceof Command.FormCluster)) {
            return draft.decided(
                    Refusals.of(ErrorCode.CLUSTER_NOT_READY, "", "the cluster is not formed"));
        }
        Result result = decide(draft, command);
        Draft last = result instanceof Result.Refused ? new Draft(before, index) : draft;
        return last.decided(result);
    }

    /** The decision on an entry of the log that is no command. */
    public static Decision refuse(ClusterImage before, long index, String message) {
        return new Draft(before, index).decided(Refusals.of(ErrorCode.INVALID_PARAM, "", message));
    }

    private static Result decide(Draft draft, Command command) {
        return switch (command) {
            case Command.FormCluster c -> ClusterRules.form(draft, c);
            case Command.RaiseFeatureLevel c -> ClusterRules.raise(draft, c);
            case Command.RegisterNode c -> NodeRules.register(draft, c);
            case Command.ReplaceNode c -> NodeRules.replace(draft, c);
            case Command.ComponentsLost c -> LossRules.lost(draft, c);
            case Command.CreateVolume c -> CreationRules.create(draft, c);
            case Command.DeleteVolume c -> VolumeRules.delete(draft, c);
            case Command.ComponentDropped c -> VolumeRules.dropped(draft, c);
            case Command.ResizeVolume c -> VolumeRules.resize(draft, c);
            case Command.SetPolicy c -> VolumeRules.setPolicy(draft, c);
            case Command.MoveVolume c -> OwnerRules.move(draft, c);
            case Command.TakeOver c -> OwnerRules.takeOver(draft, c);
            case Command.GrantEpoch c -> OwnerRules.grant(draft, c);
            case Command.MarkStale c -> ComponentRules.markStale(draft, c);
            case Command.StartResync c -> ComponentRules.startResync(draft, c);
            case Command.Promote c -> ComponentRules.promote(draft, c);
            case Command.NoteStore c -> ComponentRules.noteStore(draft, c);
            case Command.RecoverVolume c -> RecoveryRules.recover(draft, c);
            case Command.SettleVolume c -> ComponentRules.settle(draft, c);
            case Command.Attach c -> AttachmentRules.attach(draft, c);
            case Command.Detach c -> AttachmentRules.detach(draft, c);
            case Command.StartMove c -> MoveRules.start(draft, c);
            case Command.CommitMove c -> MoveRules.commit(draft, c);
            case Command.DrainNode c -> NodeRules.drain(draft, c);
            case Command.RemoveNode c -> NodeRules.remove(draft, c);
        };
    }
}
