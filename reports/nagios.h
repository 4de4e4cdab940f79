/* reports/nagios.h - the states of the plugin convention of Nagios and Icinga, which are exit statuses.
 *
 * What counts for exit status 1 is critical; what could not be decided is unknown, never critical: a blocked port here
 * is no fault of the domain.
 */
#pragma once

#include <stdbool.h>

enum nagios_state { NAGIOS_OK, NAGIOS_WARNING, NAGIOS_CRITICAL, NAGIOS_UNKNOWN };

/* `fails` and `undecided` as in struct gate_outcome; `warned`: a finding fails or warns, and does not count. */
enum nagios_state nagios_state(bool fails, bool undecided, bool warned);
