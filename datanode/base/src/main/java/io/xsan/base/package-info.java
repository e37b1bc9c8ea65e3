/**
 * What every other module stands on: identities, units, checks, error codes, page buffers and the
 * seams to the outside world.
 *
 * <p>Nothing here knows of volumes' contents, protocols or threads. Must not depend on any other
 * module.
 */
@NullMarked
package io.xsan.base;

import org.jspecify.annotations.NullMarked;
