/* core/collect/net/stream.h - one TCP connection on the loop: plain at first, TLS later; bytes in, bytes out, no
 * meaning.
 *
 * The owner is told of events by its handler, always from the loop and as the last act of the stream, so it may free
 * the stream there.  After `ended` nothing more comes.  A stream takes SMTP_SESSION_BYTES from its peer and no more.
 *
 * TLS bytes pass through our hands before OpenSSL sees them.  A server does not speak first in TLS, so text in front of
 * its first record was said in the clear, before or after our ClientHello (threats.md S4).  With a record behind it, or
 * if it is a reply of success to nothing, it is injected; text alone is an answer by something that speaks no TLS.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/ip.h"
#include "core/base/str.h"

struct arena;
struct loop;
struct tls;
struct tls_session;

enum stream_end {
    STREAM_CLOSED,   /* FIN, or close_notify */
    STREAM_ERROR,    /* see os_error */
    STREAM_FLOODED,  /* SMTP_SESSION_BYTES are exceeded */
    STREAM_TLS,      /* see stream_tls_session()->error */
    STREAM_INJECTED, /* stream_input() has it, and what came behind it */
};

struct stream_handler {
    void (*connected)(void *arg);
    void (*readable)(void *arg); /* stream_input() has grown; in the handshake: by text that is not TLS */
    void (*secured)(void *arg);  /* the handshake is done */
    void (*ended)(void *arg, enum stream_end, int os_error);
};

struct stream;

struct stream *stream_new(struct loop *, const struct stream_handler *, void *arg); /* NULL: no memory */
void stream_free(struct stream *); /* closes the connection; NULL is fine */

/* Returns 0 when the connection is on its way, else the errno of what failed at once.  `source` may be IP_NONE. */
int stream_connect(struct stream *, const struct ip *, uint16_t port, const struct ip *source);
struct ip stream_local_ip(const struct stream *);

struct str stream_input(struct stream *); /* all that waits to be drained; valid until then */
void stream_drain(struct stream *, size_t bytes);
bool stream_send(struct stream *, const char *bytes, size_t size); /* false: no memory, or TLS failed */

/* Up to `size` bytes that the peer has sent and nobody has read, those in the kernel included; left where they are. */
size_t stream_unread(struct stream *, char *out, size_t size);
bool stream_secure(struct stream *, struct tls *, const char *server_name); /* begins the handshake; false: no memory */
/* What is known of TLS by now, NULL before stream_secure(). */
struct tls_session *stream_tls_session(const struct stream *, struct arena *);
