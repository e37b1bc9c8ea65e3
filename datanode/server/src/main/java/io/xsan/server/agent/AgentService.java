package io.xsan.server.agent;

import io.grpc.stub.StreamObserver;
import io.xsan.protocol.v1.AgentGrpc;
import io.xsan.protocol.v1.AgentInfo;
import io.xsan.protocol.v1.AttachDeviceRequest;
import io.xsan.protocol.v1.DetachDeviceRequest;
import io.xsan.protocol.v1.DetachDeviceResponse;
import io.xsan.protocol.v1.Device;
import io.xsan.protocol.v1.GetAgentRequest;
import io.xsan.protocol.v1.ListDevicesRequest;
import io.xsan.protocol.v1.ListDevicesResponse;
import io.xsan.protocol.v1.ReplaceWorkerRequest;

/** The control socket of an agent. */
final class AgentService extends AgentGrpc.AgentImplBase {
    private final Holder holder;

    AgentService(Holder holder) {
        this.holder = holder;
    }

    @Override
    public void getAgent(GetAgentRequest request, StreamObserver<AgentInfo> observer) {
        Answer.to(observer, holder::info);
    }

    @Override
    public void attachDevice(AttachDeviceRequest request, StreamObserver<Device> observer) {
        Answer.to(observer, () -> holder.volumes().attach(request));
    }

    @Override
    public void detachDevice(
            DetachDeviceRequest request, StreamObserver<DetachDeviceResponse> observer) {
        Answer.to(
                observer,
                () ->
                        DetachDeviceResponse.newBuilder()
                                .setAttachmentId(holder.volumes().detach(request))
                                .build());
    }

    @Override
    public void listDevices(
            ListDevicesRequest request, StreamObserver<ListDevicesResponse> observer) {
        Answer.to(
                observer,
                () ->
                        ListDevicesResponse.newBuilder()
                                .addAllDevices(holder.volumes().list())
                                .build());
    }

    @Override
    public void replaceWorker(ReplaceWorkerRequest request, StreamObserver<AgentInfo> observer) {
        Answer.to(observer, () -> holder.replaceWorker(request.getTimeoutMs()));
    }
}
