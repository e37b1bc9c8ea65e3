package io.xsan.csi.kubelet;

import io.grpc.stub.StreamObserver;
import io.xsan.csi.kubelet.v1.InfoRequest;
import io.xsan.csi.kubelet.v1.PluginInfo;
import io.xsan.csi.kubelet.v1.RegistrationGrpc;
import io.xsan.csi.kubelet.v1.RegistrationStatus;
import io.xsan.csi.kubelet.v1.RegistrationStatusResponse;
import java.nio.file.Path;

/**
 * Introduces the driver to the kubelet, which finds this service's socket in its directory {@code
 * plugins_registry} and asks. Any thread.
 */
public final class RegistrationService extends RegistrationGrpc.RegistrationImplBase {
    /** Type of plugins that speak CSI. */
    private static final String TYPE = "CSIPlugin";

    private static final String VERSION = "1.0.0";

    private final String driver;
    private final Path endpoint;

    /** The driver of a name, served at {@code endpoint} as the host's file system names it. */
    public RegistrationService(String driver, Path endpoint) {
        this.driver = driver;
        this.endpoint = endpoint;
    }

    @Override
    public void getInfo(InfoRequest request, StreamObserver<PluginInfo> observer) {
        observer.onNext(
                PluginInfo.newBuilder()
                        .setType(TYPE)
                        .setName(driver)
                        .setEndpoint(endpoint.toString())
                        .addSupportedVersions(VERSION)
                        .build());
        observer.onCompleted();
    }

    @Override
    public void notifyRegistrationStatus(
            RegistrationStatus request, StreamObserver<RegistrationStatusResponse> observer) {
        // The kubelet itself tries again after a failure.
        System.out.println(
                request.getPluginRegistered()
                        ? "csi-driver: registered with the kubelet"
                        : "csi-driver: the kubelet did not register it: " + request.getError());
        observer.onNext(RegistrationStatusResponse.getDefaultInstance());
        observer.onCompleted();
    }
}
