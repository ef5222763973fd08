#include "self_test.h"
namespace self_test { void testPicks(){} void testAttention(){} void testRows(){} void testDriver(){} }
