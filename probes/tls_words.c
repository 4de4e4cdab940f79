/* probes/tls_words.c - what is said where the way to a handshake ended early. */
#include "probes/tls_words.h"

#include <assert.h>

static const struct {
    enum check_id check;
    const char *words;
} stops[] = {
    [TLS_STOP_NOT_CONTACTED] = {IP_PUBLIC, "no public address: see ip.public"},
    [TLS_STOP_CONNECT] = {SMTP_REACHABLE, "no connection: see smtp.reachable"},
    [TLS_STOP_GREETING] = {BANNER_GREETING, "no greeting with 220: see banner.greeting"},
    [TLS_STOP_MASKED] = {BANNER_GREETING, "the greeting is not the server's own: see banner.greeting"},
    [TLS_STOP_EHLO] = {SMTP_EHLO_ACCEPTED, "no EHLO: see smtp.ehlo"},
    [TLS_STOP_NOT_OFFERED] = {SMTP_STARTTLS_OFFERED, "STARTTLS is not offered: see smtp.starttls"},
    [TLS_STOP_REFUSED] = {SMTP_STARTTLS_OFFERED, "STARTTLS is refused: see smtp.starttls"},
    [TLS_STOP_INJECTION] = {SMTP_STARTTLS_INJECTION, "no handshake was begun: see smtp.starttls_injection"},
    [TLS_STOP_REPLY] = {SMTP_PROTOCOL, "no usable reply: see smtp.protocol"},
    [TLS_STOP_HANDSHAKE] = {TLS_HANDSHAKE, "no handshake: see tls.handshake"},
};
static_assert(sizeof stops / sizeof *stops == TLS_STOP_COUNT, "a stop without words");

const char *tls_stop_words(enum tls_stop stop)
{
    return stops[stop].words;
}

enum check_id tls_stop_check(enum tls_stop stop)
{
    return stops[stop].check;
}
