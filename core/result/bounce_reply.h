/* core/result/bounce_reply.h - who wrote a rejection: the receiver, or the sender's own mailer?
 *
 * What an administrator has in hand is mostly written by his own machine, and quotes the receiver somewhere inside
 * ("host mx1.example.net[192.0.2.1] said: 550 ..."): only the quotation is the receiver's, and only addresses in it are
 * the sender's.  Where nobody is quoted ("connect to mx1.example.net[192.0.2.1]:25: Connection timed out") the mailer
 * speaks of its own trouble, and no receiver has refused anything.
 */
#pragma once

#include <stdbool.h>

#include "core/base/ip.h"
#include "core/base/str.h"

struct arena;

struct bounce_reply {
    /* what the receiver said, in one line and without the codes before each line of a reply; empty if local */
    struct str text;
    struct str host;  /* the receiver's host, as the sender's mailer names it; empty: not named */
    const char *code; /* enhanced code of the reply, "5.7.25"; NULL */
    struct ip sender; /* the address of the sender, as far as the reply shows; IP_NONE */
    bool local;       /* the sender's own mailer wrote it */
};

/* `text`: a reply, a line of a log, or a piece of a notification; any bytes.  Borrows and copies into the arena. */
struct bounce_reply bounce_reply(struct arena *, struct str text);
