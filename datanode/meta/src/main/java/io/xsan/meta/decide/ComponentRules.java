package io.xsan.meta.decide;

import io.xsan.base.ErrorCode;
import io.xsan.base.NodeId;
import io.xsan.base.VolumeId;
import io.xsan.meta.command.Command;
import io.xsan.meta.command.Result;
import io.xsan.meta.image.ComponentRecord;
import io.xsan.meta.image.ComponentState;
import io.xsan.meta.image.NodeRecord;
import io.xsan.meta.image.VolumeRecord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * States of components (rules 3 and 9). All commands come from engines and hold under the epoch of
 * the volume only.
 *
 * <pre>
 *   IN_SYNC --MarkStale--> STALE --StartResync (attempt + 1)--> SYNCING --Promote--> IN_SYNC
 *                            '------------MarkStale (same since)-----'
 * </pre>
 *
 * While one is unsettled none that is in-sync can be recorded stale: nobody knows yet whether the
 * others have what it has.
 */
final class ComponentRules {
    /** A component, or what its node gains by a move, of a volume. */
    private record Target(VolumeRecord volume, ComponentRecord component, boolean gain) {
        VolumeRecord with(ComponentRecord changed) {
            if (!gain) {
                return volume.withComponent(changed);
            }
            return volume.withMove(
                    volume.move().map(move -> move.withGain(changed)),
                    volume.leaving(),
                    volume.lastGeneration());
        }
    }

    /** What a command of an engine names. */
    private record Named(VolumeId id, int epoch, NodeId node, long generation, boolean gain) {}

    private ComponentRules() {}

    static Result markStale(Draft draft, Command.MarkStale command) {
        if (command.changes().size() > Command.MarkStale.CHANGES_MAX) {
            return Refusals.notAllowed(
                    "changes", command.changes().size(), "up to " + Command.MarkStale.CHANGES_MAX);
        }
        List<ErrorCode> outcomes = new ArrayList<>();
        Map<VolumeId, VolumeRecord> concerned = new LinkedHashMap<>();
        for (Command.MarkStale.Change change : command.changes()) {
            outcomes.add(markStale(draft, change));
            draft.volume(change.id()).ifPresent(volume -> concerned.put(change.id(), volume));
        }
        return new Result.Several(draft.index(), outcomes, List.copyOf(concerned.values()));
    }

    private static ErrorCode markStale(Draft draft, Command.MarkStale.Change change) {
        Named named =
                new Named(
                        change.id(),
                        change.epoch(),
                        change.node(),
                        change.generation(),
                        change.gain());
        Optional<Result.Refused> refused = mismatch(draft, named);
        if (refused.isPresent()) {
            return refused.get().code();
        }
        if (change.since() < 0) {
            return ErrorCode.INVALID_PARAM;
        }
        Target target = target(draft, named);
        ComponentRecord component = target.component();
        long since =
                component.state() == ComponentState.IN_SYNC
                        ? change.since()
                        : Math.min(component.since(), change.since());
        ComponentRecord changed = component.with(ComponentState.STALE, since, component.attempt());
        if (component.state() == ComponentState.IN_SYNC
                && !target.gain()
                && (target.volume().isUnsettled()
                        || !InSync.holdsAfter(target.volume(), changed))) {
            return ErrorCode.CONFLICT;
        }
        if (!changed.equals(component)) {
            draft.put(target.with(changed));
        }
        return ErrorCode.OK;
    }

    static Result startResync(Draft draft, Command.StartResync command) {
        Named named =
                new Named(
                        command.id(),
                        command.epoch(),
                        command.node(),
                        command.generation(),
                        command.gain());
        Optional<Result.Refused> refused = mismatch(draft, named);
        if (refused.isPresent()) {
            return refused.get();
        }
        Target target = target(draft, named);
        ComponentRecord component = target.component();
        if (component.state() == ComponentState.SYNCING
                && component.attempt() == command.expectedAttempt() + 1) {
            return draft.done(target.volume());
        }
        if (component.state() == ComponentState.IN_SYNC
                || component.attempt() != command.expectedAttempt()) {
            return unexpected(component, "expectedAttempt", command.expectedAttempt());
        }
        return draft.donePutting(
                target.with(
                        component.with(
                                ComponentState.SYNCING,
                                component.since(),
                                component.attempt() + 1)));
    }

    static Result promote(Draft draft, Command.Promote command) {
        Named named =
                new Named(
                        command.id(),
                        command.epoch(),
                        command.node(),
                        command.generation(),
                        command.gain());
        Optional<Result.Refused> refused = mismatch(draft, named);
        if (refused.isPresent()) {
            return refused.get();
        }
        Target target = target(draft, named);
        ComponentRecord component = target.component();
        if (component.attempt() != command.attempt() || component.state() == ComponentState.STALE) {
            return unexpected(component, "attempt", command.attempt());
        }
        if (component.state() == ComponentState.IN_SYNC) {
            return draft.done(target.volume());
        }
        Optional<NodeRecord> node = draft.node(command.node());
        if (node.isEmpty() || node.get().incarnation() != command.incarnation()) {
            return otherIncarnation(command.node(), command.incarnation());
        }
        // A node may have several stores: that the component is on one of them, the incarnation
        // tells, since a node registers again with every life, and its stores stay within one.
        boolean isOther =
                draft.image().featureLevel() < FeatureLevels.DEVICES
                        && node.get().storeId() != command.storeId();
        if (command.storeId() <= 0 || isOther) {
            return otherStore(command.node(), command.storeId(), node.get().storeId());
        }
        return draft.donePutting(
                target.with(
                        component
                                .with(ComponentState.IN_SYNC, 0, component.attempt())
                                .onStore(command.storeId())));
    }

    static Result noteStore(Draft draft, Command.NoteStore command) {
        Named named =
                new Named(
                        command.id(), command.epoch(), command.node(), command.generation(), false);
        Optional<Result.Refused> refused = mismatch(draft, named);
        if (refused.isPresent()) {
            return refused.get();
        }
        Target target = target(draft, named);
        ComponentRecord component = target.component();
        if (command.storeId() <= 0) {
            return Refusals.notAllowed("storeId", command.storeId(), "1 or more");
        }
        if (component.storeId() == command.storeId()) {
            return draft.done(target.volume());
        }
        if (component.storeId() != 0) {
            return otherStore(command.node(), command.storeId(), component.storeId());
        }
        if (component.state() != ComponentState.IN_SYNC) {
            return Refusals.conflict(
                    "node", "the component on node " + command.node() + " is not in sync");
        }
        return draft.donePutting(target.with(component.onStore(command.storeId())));
    }

    static Result settle(Draft draft, Command.SettleVolume command) {
        Optional<Result.Refused> fenced = fenced(draft, command.id(), command.epoch());
        if (fenced.isPresent()) {
            return fenced.get();
        }
        VolumeRecord volume = draft.volume(command.id()).orElseThrow();
        return volume.isUnsettled()
                ? draft.donePutting(
                        volume.withComponents(
                                volume.components().stream()
                                        .map(ComponentRecord::settled)
                                        .toList()))
                : draft.done(volume);
    }

    static Result.Refused otherGeneration(ComponentRecord component, long named) {
        return Refusals.of(
                ErrorCode.IDENTITY_MISMATCH,
                "generation",
                "generation is "
                        + named
                        + "; the component on node "
                        + component.node()
                        + " has "
                        + component.generation());
    }

    static Result.Refused otherIncarnation(NodeId node, long named) {
        return Refusals.of(
                ErrorCode.IDENTITY_MISMATCH,
                "incarnation",
                "incarnation is "
                        + Long.toHexString(named)
                        + "; node "
                        + node
                        + " has registered another");
    }

    static Result.Refused otherStore(NodeId node, long named, long known) {
        return Refusals.of(
                ErrorCode.IDENTITY_MISMATCH,
                "storeId",
                "storeId is "
                        + Long.toHexString(named)
                        + "; that of node "
                        + node
                        + " is "
                        + Long.toHexString(known));
    }

    private static Result unexpected(ComponentRecord component, String field, int named) {
        return Refusals.conflict(
                field,
                field
                        + " is "
                        + named
                        + "; the component on node "
                        + component.node()
                        + " is "
                        + component.state()
                        + " with attempt "
                        + component.attempt());
    }

    /** Why an epoch is not that of a volume. */
    static Optional<Result.Refused> fenced(Draft draft, VolumeId id, int epoch) {
        Optional<VolumeRecord> volume = VolumeRules.live(draft, id);
        if (volume.isEmpty()) {
            return Optional.of(Refusals.noVolume(id));
        }
        if (volume.get().epoch() != epoch || epoch == 0) {
            return Optional.of(
                    Refusals.of(
                            ErrorCode.EPOCH_FENCED,
                            "epoch",
                            "epoch is " + epoch + "; allowed: " + volume.get().epoch()));
        }
        return Optional.empty();
    }

    /** Why a command does not concern a component as it is. */
    private static Optional<Result.Refused> mismatch(Draft draft, Named named) {
        Optional<Result.Refused> fenced = fenced(draft, named.id(), named.epoch());
        if (fenced.isPresent()) {
            return fenced;
        }
        Optional<ComponentRecord> component = component(draft, named);
        if (component.isEmpty()) {
            return Optional.of(
                    Refusals.of(
                            ErrorCode.NOT_FOUND,
                            "node",
                            "volume "
                                    + named.id()
                                    + (named.gain()
                                            ? " moves nothing to node "
                                            : " has no component on node ")
                                    + named.node()));
        }
        return component.get().generation() == named.generation()
                ? Optional.empty()
                : Optional.of(otherGeneration(component.get(), named.generation()));
    }

    private static Optional<ComponentRecord> component(Draft draft, Named named) {
        VolumeRecord volume = draft.volume(named.id()).orElseThrow();
        return named.gain() ? volume.gain(named.node()) : volume.component(named.node());
    }

    private static Target target(Draft draft, Named named) {
        return new Target(
                draft.volume(named.id()).orElseThrow(),
                component(draft, named).orElseThrow(),
                named.gain());
    }
}
