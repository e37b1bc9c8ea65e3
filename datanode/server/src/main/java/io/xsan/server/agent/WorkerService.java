package io.xsan.server.agent;

import io.grpc.stub.StreamObserver;
import io.xsan.base.VolumeId;
import io.xsan.protocol.v1.AgentWorkerGrpc;
import io.xsan.protocol.v1.Device;
import io.xsan.protocol.v1.DropRequest;
import io.xsan.protocol.v1.Empty;
import io.xsan.protocol.v1.GetWorkerRequest;
import io.xsan.protocol.v1.PauseRequest;
import io.xsan.protocol.v1.PauseResponse;
import io.xsan.protocol.v1.ServeRequest;
import io.xsan.protocol.v1.ServedDeviceInfo;
import io.xsan.protocol.v1.StopWorkerRequest;
import io.xsan.protocol.v1.WorkerInfo;

/** What the holder asks of its worker. */
final class WorkerService extends AgentWorkerGrpc.AgentWorkerImplBase {
    private final Worker worker;

    WorkerService(Worker worker) {
        this.worker = worker;
    }

    @Override
    public void serve(ServeRequest request, StreamObserver<Device> observer) {
        Answer.to(observer, () -> worker.serve(request));
    }

    @Override
    public void drop(DropRequest request, StreamObserver<Empty> observer) {
        Answer.to(
                observer,
                () -> {
                    worker.drop(VolumeId.parse(request.getVolumeId()));
                    return Empty.getDefaultInstance();
                });
    }

    @Override
    public void pause(PauseRequest request, StreamObserver<PauseResponse> observer) {
        Answer.to(
                observer,
                () -> {
                    if (request.getGoOn()) {
                        worker.setPaused(false);
                        return PauseResponse.getDefaultInstance();
                    }
                    int left = worker.pause(request.getTimeoutMs());
                    return PauseResponse.newBuilder().setRequestsLeft(left).build();
                });
    }

    @Override
    public void getWorker(GetWorkerRequest request, StreamObserver<WorkerInfo> observer) {
        Answer.to(
                observer,
                () -> {
                    worker.onHeard();
                    WorkerInfo.Builder info =
                            WorkerInfo.newBuilder().setPid(ProcessHandle.current().pid());
                    worker.status()
                            .forEach((descriptor, device) ->
                                    info.addDevices(
                                            ServedDeviceInfo.newBuilder()
                                                    .setFd(descriptor)
                                                    .setDevice(device)));
                    return info.build();
                });
    }

    @Override
    public void stopWorker(StopWorkerRequest request, StreamObserver<Empty> observer) {
        Answer.to(
                observer,
                () -> {
                    worker.stop();
                    return Empty.getDefaultInstance();
                });
    }
}
