/* probes/tls_words.h - what is said where the way to a handshake ended early. */
#pragma once

#include "core/derive/tls_view.h"
#include "core/result/finding.h"

const char *tls_stop_words(enum tls_stop);   /* "no greeting with 220: see banner.greeting" */
enum check_id tls_stop_check(enum tls_stop); /* that says more */
