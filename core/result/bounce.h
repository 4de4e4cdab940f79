/* core/result/bounce.h - what is behind a rejection, and which receiver's published rule is it?
 *
 * Takes one SMTP reply, line of a log or notification.  Who wrote it is told first (bounce_reply.h); of what the
 * receiver said the words count (bounce_words.h, bounce_causes.def), and an enhanced code only where no word tells
 * more: 5.7.1 stands for anything, and others mean different things at different receivers.  Where the text speaks of
 * the recipient, of content, reputation or rates, no check is named: there is nothing that the sender could repair by
 * it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/base/ip.h"
#include "core/base/str.h"
#include "core/result/bounce_causes.h"
#include "core/result/receiver.h"

struct arena;
struct bounce_lexicon;

enum { BOUNCE_BYTES_MAX = 1048576 };

struct bounce {
    bool local;                      /* the sender's own mailer wrote it; nothing below but `host` is set */
    struct str host;                 /* the receiver's, as far as it is named */
    const struct receiver *receiver; /* who wrote it, as far as the text shows; NULL */
    const char *code;                /* the enhanced code, "5.7.25"; NULL: none stands there */
    struct ip ip;                    /* likely the sender's; IP_NONE */
    struct bounce_causes causes;            /* the checks behind it, or what else it is about */
    bool by_code;                           /* no word tells it, only the code */
    const struct receiver_rule *const *rules; /* of the receiver, that say so */
    size_t rule_count;
};

/* `text` may hold any bytes; what is beyond BOUNCE_BYTES_MAX is not
 * looked at.  The result is in the arena, and borrows of the text. */
struct bounce bounce_explain(const struct bounce_lexicon *, struct arena *, struct str text);
