/* core/facts/expectation.h - what must be so, by the user: "mx 10 mx1.example.org, 20 mx2.example.org".
 *
 *     mx none | PREFERENCE HOST, ...       exactly these records
 *     spf allows | denies ADDRESS|NETWORK  for each address: pass, or anything else
 *     dmarc at least none|quarantine|reject
 *     ptr ADDRESS NAME                     NAME is among its reverse names
 *     dkim SELECTOR sha256:HEX             of the key, as DER: openssl pkey -pubout -outform DER | sha256sum
 *     tlsa HOST                            there are TLSA records for its port 25
 *     senders complete                     what SPF names is declared, and nothing else
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/base/ip.h"
#include "core/base/ip_network.h"

struct arena;

enum expectation_kind {
    EXPECT_KIND_MX,
    EXPECT_KIND_SPF_ALLOWS,
    EXPECT_KIND_SPF_DENIES,
    EXPECT_KIND_DMARC,
    EXPECT_KIND_PTR,
    EXPECT_KIND_DKIM,
    EXPECT_KIND_TLSA,
    EXPECT_KIND_SENDERS,
};

struct expected_mx {
    unsigned preference;
    const char *host; /* "" for the null MX */
};

struct expectation {
    enum expectation_kind kind;
    const char *text;             /* as the user wrote it */
    const char *where;            /* ".mailready.conf:7", "--expect"; NULL */
    const struct expected_mx *mx; /* MX: none expected where there is none */
    size_t mx_count;
    struct ip_network network; /* SPF: at most EXPECTED_ADDRESSES */
    const char *network_text;
    struct ip ip;     /* PTR */
    const char *name; /* PTR: the name; TLSA: the host; DKIM: the selector */
    const char *word; /* DMARC: "quarantine"; DKIM: the digest in hex, lower case */
};

/* False with *why, to follow the text in a sentence. */
bool expectation_parse(struct arena *, const char *text, struct expectation *out, const char **why);
extern const char *const expectation_words[]; /* "mx", "spf" ...; NULL at the end */
