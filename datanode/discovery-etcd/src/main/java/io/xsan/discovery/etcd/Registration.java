package io.xsan.discovery.etcd;

import java.util.Optional;

/**
 * One datanode's key in etcd, which goes when nobody has renewed its lease for as long as that is.
 */
final class Registration {
    private final EtcdClient etcd;
    private final String key;
    private final String address;
    private final long seconds;
    private Optional<Long> lease = Optional.empty();

    Registration(EtcdClient etcd, String key, String address, long seconds) {
        this.etcd = etcd;
        this.key = key;
        this.address = address;
        this.seconds = seconds;
    }

    /** Renews the lease, or registers under a new one. */
    void renew() {
        if (lease.isPresent() && etcd.keep(lease.get())) {
            return;
        }
        long fresh = etcd.grant(seconds);
        etcd.put(key, address, fresh);
        lease = Optional.of(fresh);
    }

    /** Takes the key away. */
    void end() {
        lease.ifPresent(etcd::revoke);
        lease = Optional.empty();
    }
}
