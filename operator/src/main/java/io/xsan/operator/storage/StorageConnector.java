package io.xsan.operator.storage;

import io.xsan.operator.identity.Certificates;
import java.util.List;

/** Finds the storage cluster. */
public interface StorageConnector {
    /** The cluster whose datanodes have these API addresses; does not wait for any of them. */
    Storage connect(String clusterId, List<String> endpoints, Certificates certificates);
}
