/** What every attack is made of: its figures, the processes it starts, the folders it damages. */
@NullMarked
package dev.tidar.attack.run;

import org.jspecify.annotations.NullMarked;
