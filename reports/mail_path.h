/* reports/mail_path.h - the way of mail through names and addresses, link by link: MX host -> address -> PTR name ->
 * its address.  Read from evidence, which may lack any piece; judges nothing that a probe judges.
 *
 * Everything points into the result or into the arena.
 */
#pragma once

#include <stddef.h>

#include "core/facts/dns_answer.h"
#include "core/facts/smtp_session.h"
#include "core/result/result.h"

struct arena;

enum link { LINK_HOLDS, LINK_BROKEN, LINK_OPEN }; /* open: could not be established, or was not asked */

struct path_name { /* a PTR name of an address */
    const char *name;
    enum link link;                   /* does it lead back to the address? */
    const struct dns_answer *forward; /* its addresses of the same family; NULL: not asked */
};

struct mail_path {
    const struct mail_address *address;
    enum link reverse;            /* is there a PTR name? */
    const struct dns_answer *ptr; /* NULL: not asked */
    const struct path_name *names;
    size_t name_count;
    const struct smtp_session *session; /* NULL: none, or not begun */
};

/* One for each address of the inventory, in its order.  NULL where there is no inventory. */
const struct mail_path *mail_paths(struct arena *, const struct result *);

struct str session_banner(const struct smtp_session *); /* text of the greeting's first line; empty without */
struct str session_ehlo(const struct smtp_session *);   /* name in the reply to EHLO (HELO); empty without */
