package io.xsan.crds;

/** What becomes of the data when the object is deleted. */
public enum DeletionPolicy {
    /** It stays where it is. */
    Retain,
    /** It is deleted. */
    Delete
}
