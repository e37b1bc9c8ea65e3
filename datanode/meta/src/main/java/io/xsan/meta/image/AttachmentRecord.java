package io.xsan.meta.image;

/**
 * The right of one host to use a volume. {@code id} is positive and never reused; {@code host}
 * names who holds it, for people; {@code manual} is that of {@code xsan export}: at most one, and
 * only while there is no other.
 */
public record AttachmentRecord(long id, String host, boolean manual, boolean readOnly) {}
