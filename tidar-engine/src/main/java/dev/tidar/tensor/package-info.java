/** Values that the model and its backends share: element types, handles of device memory. */
@NullMarked
package dev.tidar.tensor;

import org.jspecify.annotations.NullMarked;
