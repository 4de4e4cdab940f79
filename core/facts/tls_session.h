/* core/facts/tls_session.h - TLS as seen in a session: what was negotiated and which certificates were shown. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/str.h"
#include "core/base/trouble.h"

struct arena;
struct x509_facts;

struct certificate {
    struct str der;                 /* as sent */
    const struct x509_facts *facts; /* read once, when it arrives; NULL: it is no certificate */
};

struct tls_session {
    bool established;
    const char *error;    /* OpenSSL's or our words when it was not; never remote bytes; NULL */
    const char *protocol; /* "TLSv1.3"; NULL when not established, and so is the cipher */
    const char *cipher;
    const struct certificate *chain; /* leaf first, as sent */
    size_t chain_count;
    bool chain_cut;          /* more than TLS_CHAIN_CERTS or TLS_CHAIN_BYTES */
    int verify_error;        /* X509_V_OK (0), or OpenSSL's X509_V_ERR_*; name not included */
    const char *verify_text; /* OpenSSL's words for it */
    bool lacks_anchors;      /* this machine has no authorities that the chain could have led to: our trouble */
    bool name_matches;       /* a dNSName SAN matches the server name (no CN fallback) */
    int64_t ms;              /* of the handshake */
};

/* The DER stays the caller's, the facts are the arena's. */
struct certificate certificate_read(struct arena *, struct str der);
const struct x509_facts *tls_session_leaf(const struct tls_session *); /* NULL: none was shown that can be read */

extern const struct trouble no_authorities_here; /* of a session that lacks_anchors */
