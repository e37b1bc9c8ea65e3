package io.xsan.csi.identity;

import com.google.protobuf.BoolValue;
import io.grpc.stub.StreamObserver;
import io.xsan.csi.v1.GetPluginCapabilitiesRequest;
import io.xsan.csi.v1.GetPluginCapabilitiesResponse;
import io.xsan.csi.v1.GetPluginInfoRequest;
import io.xsan.csi.v1.GetPluginInfoResponse;
import io.xsan.csi.v1.IdentityGrpc;
import io.xsan.csi.v1.PluginCapability;
import io.xsan.csi.v1.ProbeRequest;
import io.xsan.csi.v1.ProbeResponse;
import java.util.function.BooleanSupplier;

/** The identity service. */
public final class IdentityService extends IdentityGrpc.IdentityImplBase {
    /** The name of the driver, in every StorageClass and PersistentVolume. */
    public static final String NAME = "csi.xsan.io";

    private final String version;
    private final BooleanSupplier ready;

    /** {@code ready} tells whether calls can be served; it is asked at each probe. */
    public IdentityService(String version, BooleanSupplier ready) {
        this.version = version;
        this.ready = ready;
    }

    @Override
    public void getPluginInfo(
            GetPluginInfoRequest request, StreamObserver<GetPluginInfoResponse> observer) {
        observer.onNext(
                GetPluginInfoResponse.newBuilder().setName(NAME).setVendorVersion(version).build());
        observer.onCompleted();
    }

    @Override
    public void getPluginCapabilities(
            GetPluginCapabilitiesRequest request,
            StreamObserver<GetPluginCapabilitiesResponse> observer) {
        observer.onNext(
                GetPluginCapabilitiesResponse.newBuilder()
                        .addCapabilities(
                                PluginCapability.newBuilder()
                                        .setService(
                                                PluginCapability.Service.newBuilder()
                                                        .setType(
                                                                PluginCapability.Service.Type
                                                                        .CONTROLLER_SERVICE)))
                        .addCapabilities(
                                PluginCapability.newBuilder()
                                        .setVolumeExpansion(
                                                PluginCapability.VolumeExpansion.newBuilder()
                                                        .setType(
                                                                PluginCapability.VolumeExpansion
                                                                        .Type.ONLINE)))
                        .build());
        observer.onCompleted();
    }

    @Override
    public void probe(ProbeRequest request, StreamObserver<ProbeResponse> observer) {
        observer.onNext(
                ProbeResponse.newBuilder().setReady(BoolValue.of(ready.getAsBoolean())).build());
        observer.onCompleted();
    }
}
