package io.xsan.meta.codec;

import io.xsan.base.ErrorCode;
import io.xsan.meta.command.Result;
import io.xsan.meta.image.VolumeRecord;
import java.util.List;
import java.util.Optional;

/** Results of commands. */
public final class ResultCodec {
    private static final int KIND_DONE = 1;
    private static final int KIND_REFUSED = 2;
    private static final int KIND_SEVERAL = 3;

    private ResultCodec() {}

    /** Encodes a result. */
    public static byte[] encode(Result result) {
        ByteSink out = new ByteSink();
        int kind =
                switch (result) {
                    case Result.Done done -> {
                        out.i64(done.index()).flag(done.volume().isPresent());
                        done.volume().ifPresent(volume -> RecordFields.putVolume(out, volume));
                        yield KIND_DONE;
                    }
                    case Result.Refused refused -> {
                        out.u16(refused.code().number());
                        out.text(refused.field()).text(refused.message());
                        yield KIND_REFUSED;
                    }
                    case Result.Several several -> {
                        out.i64(several.index()).i32(several.outcomes().size());
                        several.outcomes().forEach(code -> out.u16(code.number()));
                        out.i32(several.volumes().size());
                        several.volumes().forEach(v -> RecordFields.putVolume(out, v));
                        yield KIND_SEVERAL;
                    }
                };
        return EnvelopeLayout.wrap(EnvelopeLayout.MAGIC_RESULT, kind, out);
    }

    /** Decodes a result. */
    public static Decoded<Result> decode(byte[] bytes) {
        ByteSource in = EnvelopeLayout.open(EnvelopeLayout.MAGIC_RESULT, bytes);
        int kind = in.isFailed() ? KIND_DONE : EnvelopeLayout.kind(bytes);
        return switch (kind) {
            case KIND_DONE -> in.finish(done(in));
            case KIND_REFUSED -> in.finish(refused(in));
            case KIND_SEVERAL -> in.finish(several(in));
            default -> new Decoded.Failed<>(Decoded.Fault.UNKNOWN_KIND, "kind");
        };
    }

    private static Result done(ByteSource in) {
        long index = in.natural("index");
        return new Result.Done(
                index, in.flag("volume") ? Optional.of(RecordFields.volume(in)) : Optional.empty());
    }

    private static Result refused(ByteSource in) {
        return new Result.Refused(in.errorCode("code"), in.text("field"), in.text("message"));
    }

    private static Result several(ByteSource in) {
        long index = in.natural("index");
        List<ErrorCode> outcomes = in.list(2, "outcomes", () -> in.errorCode("outcome"));
        List<VolumeRecord> volumes =
                in.list(RecordFields.VOLUME_BYTES_MIN, "volumes", () -> RecordFields.volume(in));
        return new Result.Several(index, outcomes, volumes);
    }
}
