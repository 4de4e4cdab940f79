/* core/facts/evidence.h - what has been learnt about the outside world.
 *
 * A piece of evidence has a key ("dns:example.org/MX", "smtp:192.0.2.1:25/mx.example.org") and is wanted until it is
 * known.  A probe wants it; the store hands it to a collector; the collector builds a value in evidence_arena() and
 * makes it known, exactly once.  A time-out is a value like any other (with trouble inside), so everything that is
 * wanted becomes known, and whoever waits for it is run again in the next turn of the loop.
 *
 * Always true:
 *   - known evidence never changes and never becomes unknown;
 *   - one key is asked for once in a store, however many audits want it at the same time; who comes when it has grown
 * old (evidence_known()) gets new evidence, and those who have the old one keep it, whatever happens;
 *   - nothing here judges: "no such name" is an answer, "nobody answered" is trouble.
 *
 * Keys as text, as they stand in reports and recordings (name lower case, no final dot):
 *   dns:NAME/TYPE            through the resolvers             dns@ADDRESS:NAME/TYPE   asked of one server
 *   dnssec:NAME/TYPE         with signatures, not validated    dnssec@ADDRESS:NAME/TYPE
 *   smtp:ADDRESS:PORT/NAME   a session, NAME is the MX host    connect:ADDRESS:PORT    canary
 *   smtp:.../NAME?TRIAL      one that the user asked for: old-tls, injection, rcpt=RECIPIENT
 *   https:URL                one GET (url.h says which URLs)
 *   vantage                  this machine (vantage.h)          now                     wall clock at the start, seconds
 * and "#2" behind a key: asked again, on purpose; dns@ up to "#6", to count the answers.  IPv6 addresses stand in
 * brackets where a port follows.
 *
 * Ownership: the store owns entries, keys and values.  An audit pins an entry by wanting it and unpins all of them at
 * its end; pinned entries are never evicted, so a probe may keep pointers for as long as its audit lives.
 *
 * Times are monotonic milliseconds.  Not safe for several threads; a process may have several stores.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/ip.h"
#include "core/base/name.h"
#include "core/facts/dns_answer.h"

enum evidence_kind {
    EVIDENCE_DNS,
    EVIDENCE_DNSSEC,
    EVIDENCE_SMTP,
    EVIDENCE_CONNECT,
    EVIDENCE_HTTPS,
    EVIDENCE_VANTAGE,
    EVIDENCE_NOW,
    EVIDENCE_KIND_COUNT
};

/* SMTP: what is tried beyond an ordinary session, with the user's own hosts and only at his word (--active).
 * OLD_TLS: TLS 1.0 and 1.1 are offered, nothing newer.  INJECTION: a command in the same write as STARTTLS.  RCPT: a
 * recipient, after an empty sender; no DATA ever. */
enum smtp_trial { SMTP_TRIAL_NONE, SMTP_TRIAL_OLD_TLS, SMTP_TRIAL_INJECTION, SMTP_TRIAL_RCPT, SMTP_TRIAL_COUNT };

struct key {
    enum evidence_kind kind;
    const char *name;   /* DNS, DNSSEC: the question's name; SMTP: the MX host; HTTPS: the URL; else "" */
    unsigned type;      /* DNS: of enum dns_type; DNSSEC: of that or enum wire_type */
    struct ip ip;       /* DNS, DNSSEC: the server asked, IP_NONE for the resolvers; SMTP, CONNECT: the peer */
    uint16_t port;      /* SMTP, CONNECT */
    enum smtp_trial trial; /* SMTP */
    const char *recipient; /* SMTP_TRIAL_RCPT: "postmaster@example.org" */
    unsigned nth;       /* 1, or more for evidence that is asked for again; one digit */
    /* HTTPS: where to connect, from DNS evidence that whoever asks has seen: no part of the key's text.
     * The first who asks decides for all, and all have seen the same evidence.  So it is with the size. */
    const struct ip *addresses;
    size_t address_count;
    size_t body_max; /* octets of the body that are read */
    bool is_of_blocklist; /* DNS: counted apart from the audit's other questions; no part of the key's text */
};

struct arena;
struct loop;
struct pin;
struct store;
struct turn;

enum { WAITER_BUCKETS = 128 }; /* an audit wants some hundred keys */

/* Whoever wants evidence: an audit embeds one, zeroed but for `wake`.  `wake` is called in a later turn of the loop,
 * for every probe that waits for evidence that became known; it only takes note, and changes nothing in the store. */
struct waiter {
    uint64_t number; /* an audit's: who it is, where several want the same; 0: nobody in particular */
    void (*wake)(struct waiter *, unsigned probe); /* probe: 0..63 */
    struct pin *pins[WAITER_BUCKETS];              /* the store's, by key */
};

struct evidence {
    struct key key;
    const char *text; /* the key's */
    bool known;
    /* struct dns_answer, signed_reply, smtp_session, https_response, vantage, int64_t: by key.kind.
     * NULL: not known, or the machine has no memory for it */
    const void *value;
    uint64_t first_waiter; /* that wanted it: its number */
    struct turn *turn; /* the collector lets others go first; NULL: it does not, or it is at work */
    bool is_missing; /* a recording does not have it: the value says so, and is not recorded again */
    int64_t wanted_ms, known_ms;
};

enum { KEY_TEXT_MAX = 2 * NAME_TEXT_MAX + 128 }; /* an MX host, a recipient, and what stands around them */

/* Of one piece of evidence: with the same text. */
bool key_equal(const struct key *, const struct key *);
uint64_t key_hash(uint64_t seed, const struct key *);
/* The text of a key, and back; parsing accepts what printing makes. */
void key_print(const struct key *, char *out, size_t size);
const char *key_text(struct arena *, const struct key *);
bool key_parse(struct arena *, const char *text, struct key *out);

/* How a store gets evidence: called once for each new entry, from store_want().  May make it known at once. */
typedef void evidence_collect(void *collectors, struct evidence *);

struct store *store_new(struct loop *, evidence_collect *, void *collectors); /* NULL: no memory */
void store_free(struct store *);

/* NULL only without memory.  Look at `known`: when it is false, waiter (which may be NULL) and probe are
 * noted as waiting. *is_new, which may be NULL, says whether this waiter wants it for the first time. */
struct evidence *store_want(struct store *, const struct key *, struct waiter *, unsigned probe, bool *is_new);
void store_wait(struct evidence *, struct waiter *, unsigned probe); /* that this waiter has, and is not known yet */
void store_unpin_all(struct waiter *);                         /* at the end of an audit; forgets its waiting too */
/* NULL: store_want() would have to ask */
struct evidence *store_find(struct store *, const struct key *, const struct waiter *);
struct evidence *store_find_pinned(struct store *, const struct key *, const struct waiter *);

int evidence_by_text(const void *, const void *); /* for qsort() of pointers to evidence */
/* Everything that a waiter has pinned, in order of the key texts, in the arena. */
const struct evidence **store_pinned(const struct waiter *, struct arena *, size_t *count);

int64_t evidence_waits_ms(const struct evidence *); /* for its turn */

struct store_counts {
    size_t wanted, known; /* since the store was made */
    size_t bytes, idle_bytes; /* of what is known now; and of that, what no audit has pinned */
};
struct store_counts store_counts(const struct store *);
size_t store_pinned_bytes(const struct waiter *); /* of what is known */
void store_limit_idle(struct store *, size_t bytes); /* instead of STORE_IDLE_BYTES, where that is more */

/* For collectors. */
struct arena *evidence_arena(struct evidence *);                 /* for the value; owned by the store */
void evidence_known(struct evidence *, const void *value, uint32_t ttl_s); /* once; ttl_s: how long it may be shared */
