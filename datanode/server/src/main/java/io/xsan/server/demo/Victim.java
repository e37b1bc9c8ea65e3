package io.xsan.server.demo;

/** Which datanode the demo ends. */
enum Victim {
    /** One that holds a component of the volume and does not serve it. */
    REPLICA,
    /** The one that serves the volume. */
    OWNER
}
