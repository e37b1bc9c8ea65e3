package io.xsan.server.tls;

import io.xsan.protocol.client.authority.CertificateAuthority;
import java.io.IOException;
import java.nio.file.Path;

/** The certificate authority of one cluster, with what it issues in files. */
public final class ClusterAuthority {
    private final CertificateAuthority authority;

    private ClusterAuthority(CertificateAuthority authority) {
        this.authority = authority;
    }

    /**
     * Makes an authority and writes {@code ca.crt} and {@code ca.key} into {@code directory}.
     *
     * @throws IOException if a file cannot be written
     */
    public static ClusterAuthority create(Path directory, String clusterId) throws IOException {
        CertificateAuthority made = CertificateAuthority.create(clusterId);
        made.pem().write(directory, "ca");
        return new ClusterAuthority(made);
    }

    /**
     * Issues a certificate for {@code role} (node, agent or admin) with a number (the node id, else
     * any from 0 to 65535), and writes {@code NAME.crt} and {@code NAME.key} into {@code
     * directory}. {@code hosts} are the IP addresses that a node is reached at.
     *
     * @throws IOException if a file cannot be written
     */
    public void issue(Path directory, String fileName, String role, int number, String... hosts)
            throws IOException {
        authority.issue(role, number, hosts).write(directory, fileName);
    }
}
