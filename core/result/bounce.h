/* core/result/bounce.h - which receiver's rule is behind a rejection?
 *
 * Takes an SMTP reply, a log line or a whole delivery status notification, and finds the rules of receivers.def that it
 * fits: by who wrote it, by the words, by the enhanced code (RFC 3463).  The same code means different things at different
 * receivers, so a code alone names no rule unless the receiver is known: then all candidates are given.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/base/ip.h"
#include "core/base/str.h"
#include "core/result/receiver.h"

struct bounce_match {
    const struct receiver_rule *rule;
    bool by_phrase; /* its words stand in the text; else only its code does */
};

struct bounce {
    const struct receiver *receiver; /* who wrote it, as far as the text shows; NULL */
    const char *code;                /* the enhanced code, "5.7.25"; NULL: none stands there */
    struct ip ip;                    /* the first public address in the text: likely the sender's; IP_NONE */
    const struct bounce_match *matches; /* best first */
    size_t match_count;
};

enum { BOUNCE_BYTES_MAX = 1048576 };

/* `text` may hold any bytes; what is beyond BOUNCE_BYTES_MAX is not looked at. */
struct bounce bounce_explain(struct arena *, struct str text);
