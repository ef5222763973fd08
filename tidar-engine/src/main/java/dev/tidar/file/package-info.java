/** The files of model folders: found, bounded, recognised, and their faults put into words. */
@NullMarked
package dev.tidar.file;

import org.jspecify.annotations.NullMarked;
