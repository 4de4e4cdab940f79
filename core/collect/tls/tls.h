/* core/collect/tls/tls.h - TLS, as a client does it to see what is negotiated and which certificates are shown.
 *
 * The home of OpenSSL, together with base/x509.h.  The handshake always completes if it can: a bad certificate is
 * evidence, not an error.
 *
 * A client does no I/O: whoever owns the connection puts the peer's bytes in and carries ours out.  So every byte that
 * the peer sent can be looked at before OpenSSL sees it, and counted; and a peer that closes without close_notify is
 * simply at its end.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/facts/tls_session.h"

struct arena;

/* What connections share: trust anchors (anchors.h) and settings. */
struct tls;
struct tls *tls_new(const char *ca, const char **why); /* PEM: extra anchors, may be NULL; NULL with *why */
/* Of TLS 1.0 and 1.1 only, without any trust: to find out whether a peer still offers them.  Its context is its own and
 * serves no other purpose.  (threats.md T6)  NULL: no memory */
struct tls *tls_new_obsolete(void);
void tls_free(struct tls *); /* after its clients */

/* One connection's client side: TLS 1.2 or later, no renegotiation.  The dates of certificates are judged by `now_s`,
 * seconds since 1970, not by whatever the wall clock says by then.  `server_name` is "" for none.  NULL: no memory. */
struct tls_client;
struct tls_client *tls_client_new(struct tls *, const char *server_name, int64_t now_s);
void tls_client_free(struct tls_client *);

enum tls_result { TLS_OK, TLS_WANTS_BYTES, TLS_CLOSED, TLS_FAILED, TLS_NO_MEMORY };

enum tls_result tls_handshake(struct tls_client *); /* TLS_OK: it stands */
enum tls_result tls_read(struct tls_client *, char *out, size_t size, size_t *got);
enum tls_result tls_write(struct tls_client *, const char *bytes, size_t size); /* all or TLS_FAILED */
void tls_close(struct tls_client *);                                            /* says close_notify */

bool tls_put(struct tls_client *, const char *bytes, size_t size); /* from the peer; false: no memory */
size_t tls_take(struct tls_client *, char *out, size_t size);      /* for the peer; 0: nothing left */

/* What is known by now, in the arena; `ms` is the caller's to fill.  `error` is set unless the session stands and
 * works. */
struct tls_session *tls_client_session(const struct tls_client *, struct arena *);

/* For HTTPS, whose library brings a context of its own: verifies there with our anchors, and writes
 * down what was shown.  Unlike a client's handshake, one with a certificate that is not valid for
 * the server's name ends.  One that is sound but for its dates does not: see verify_error. */
struct tls_client *tls_witness_new(struct tls *, const char *server_name,
                                   int64_t now_s); /* NULL: no memory; ends by tls_client_free() */
void tls_witness_attend(struct tls_client *, void *ssl_ctx); /* an SSL_CTX; no longer used when the witness is freed */
bool tls_witness_saw(const struct tls_client *);             /* a certificate was shown */
size_t tls_witness_octets(const struct tls_client *);        /* read from the connection, all records in full */
bool tls_witness_met_fault(const struct tls_client *);       /* what is no TLS, or an alert of either side */
