/* cmd/mta/mta.h - what the mail server on this machine says in HELO and sends from: --from-mta.
 *
 * Asks the server's own programs (postconf, exim -bP) or reads its configuration (smtpd.conf), as its documentation
 * says; nothing is guessed that the configuration leaves open.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/base/ip.h"
#include "core/base/str.h"

struct arena;

enum { MTA_SENDERS_MAX = 32, MTA_FILE_MAX = 262144 };

struct mta_sender {
    struct ip ip;     /* that it binds to; 0.0.0.0 or ::, the kernel chooses */
    const char *helo; /* NULL: the configuration does not say */
};

struct mta {
    const char *kind;    /* "Postfix" */
    const char *unclear; /* why the senders are not to be known; NULL */
    struct mta_sender senders[MTA_SENDERS_MAX];
    size_t count;
};

/* False: no mail server found, or none that can be asked: *why.
 * *note, where there are several: which one this is; else NULL. */
bool mta_read(struct arena *, struct mta *out, const char **why, const char **note);

bool mta_is_any(const struct ip *); /* 0.0.0.0 or :: */

/* The parsers. */

/* What postconf -x -h prints for smtp_helo_name, smtp_bind_address, smtp_bind_address6, inet_interfaces,
 * inet_protocols, relayhost, default_transport, and what postconf -x -P smtp/unix prints. */
void mta_parse_postfix(struct arena *, const char *main_cf, const char *master_cf, struct mta *out);
/* What exim -bP primary_hostname, exim -bP routers and exim -bP transports print. */
void mta_parse_exim(struct arena *, const char *hostname, const char *routers, const char *transports, struct mta *out);
/* smtpd.conf; `server_name` is the name without a helo option, NULL where it is not known. */
void mta_parse_opensmtpd(struct arena *, const char *configuration, const char *server_name, struct mta *out);

/* For these: */
void mta_add(struct mta *, const struct ip *, const char *helo);
void mta_add_any(struct mta *, enum ip_family, const char *helo);
const char *mta_relay_text(struct arena *, struct str host); /* for `unclear`: all mail leaves through another server */
bool mta_has_family(const struct mta *, enum ip_family);
struct str mta_trimmed(struct str);          /* without blanks and quotes around it */
struct str mta_next_line(const char **text); /* trimmed */
struct str mta_next_of_list(struct str *list, const char *separators); /* trimmed; empty between two separators */
const char *mta_file(struct arena *, const char *path); /* its first MTA_FILE_MAX octets; NULL: cannot be read */
