/* core/derive/mail_path.h - the way of mail through one mail address, link by link, and every name that the address
 * goes by.
 *
 * Put together once, from the same facts that the probes judge; identity cards, the drawing and the JSON report show
 * it, so that none of them can come to another judgement than the findings.  Pieces that nobody asked for are missing.
 */
#pragma once

#include <stddef.h>

#include "core/base/str.h"
#include "core/base/trouble.h"
#include "core/facts/dns_answer.h"
#include "core/facts/smtp_session.h"

struct inventory;
struct mail_address;
struct run;

enum link { LINK_HOLDS, LINK_BROKEN, LINK_OPEN }; /* open: could not be established, or was not asked */

struct path_name { /* a PTR name of the address */
    const char *name;
    enum link link;                   /* does it lead back to the address? */
    /* its addresses of the same family; NULL: not asked, since it is no host name if broken */
    const struct dns_answer *forward;
};

enum helo_origin { HELO_DECLARED, HELO_OF_GREETING, HELO_OF_EHLO };

struct path_helo {
    struct str name; /* as declared, remote bytes; or a host name as seen */
    enum helo_origin origin; /* all but HELO_DECLARED: it stands in, since none is declared */
};

struct path_host { /* a name of the address, as host names are compared, and where it leads */
    const char *name;
    const struct dns_answer *own, *other; /* addresses of the address's family, and of the other one; NULL: not asked */
};

struct mail_path {
    const struct mail_address *address;
    enum link reverse;            /* is there a PTR name? */
    const struct dns_answer *ptr; /* what is judged: an absence is confirmed; NULL: not asked */
    struct trouble trouble;       /* LINK_OPEN: why; reason none: not asked */
    const struct path_name *names; /* in the order in which they are looked up: expected ones first */
    size_t name_count, names_left_out;
    const struct smtp_session *session; /* that counts; NULL: none, or not asked */
    const struct smtp_session *other;   /* a load balancer: greeted with another name; NULL */
    const struct smtp_session *lost;    /* the first one, where the second counts; NULL */
    const struct path_helo *helos;
    size_t helo_count;
    const struct path_host *hosts;
    size_t host_count;
};

struct mail_paths {
    const struct mail_path *at; /* one for each address of the inventory, in its order */
    size_t count;
};

/* What is known by now: of a run that only looks, since nobody wants all of it. */
const struct mail_paths *known_mail_paths(struct run *, const struct inventory *);

const struct path_host *path_host(const struct mail_path *, const char *name); /* NULL: not asked */

/* Names and texts of a session; empty where it has none, or where there is no session. */
struct str session_greeting_name(const struct smtp_session *); /* the host that a 220 greeting names */
struct str session_ehlo_name(const struct smtp_session *);     /* and the reply to EHLO (HELO) */
struct str session_banner(const struct smtp_session *);        /* text of the greeting's first line */
