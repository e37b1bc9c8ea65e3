/**
 * The metadata for a datanode that is no member of its group: follows the images of one member,
 * hands commands to any of them.
 *
 * <pre>
 *   Discovery, data_dir/members --> FollowerLog --Follow--> a member --records--> images
 *                                        '------Propose---> any member
 * </pre>
 */
@NullMarked
package io.xsan.server.follow;

import org.jspecify.annotations.NullMarked;
