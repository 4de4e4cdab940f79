/* core/result/cause_kind.h - the catalogue of what can be behind a finding: causes.def.
 *
 * A check is one rule; it can be broken for several reasons, and each of them is repaired in its own way, by somebody
 * else.  A probe names the cause where it knows it.  (checks.md, sections 1, 19)
 */
#pragma once

#include "core/result/finding.h"

struct arena;

enum actor {
    ACTOR_MAIL_SERVER, /* of the domain, or its administrator */
    ACTOR_DNS,         /* whoever runs the zone */
    ACTOR_ADDRESS,     /* the owner of the address block */
    ACTOR_WEB_SERVER,
    ACTOR_APPLICATION, /* that makes the mail, or the service that sends it */
    ACTOR_SERVICE,     /* an organisation that the finding names */
    ACTOR_LIST,        /* the operator of a block list, after the administrator */
    ACTOR_HERE,        /* the user of this program, at this machine */
    ACTOR_COUNT
};

struct cause_kind {
    enum check_id check;
    enum check_id with; /* what repairs that check's finding about the same thing repairs this one; CHECK_NONE */
    const char *name;   /* unique for its check: "stale" */
    enum actor actor;
    const char *text;      /* what is amiss, one line without a full stop */
    const char *remedy;    /* in general; NULL: the check's own */
    const char *bad, *good; /* an example of it, and how it should be */
};

const struct cause_kind *cause_kind_at(enum cause_id); /* not of CAUSE_UNSAID */
enum cause_id cause_first(enum check_id);              /* CAUSE_UNSAID: the catalogue has none */
enum cause_id cause_id_of(const struct finding *);     /* the one named, else the check's first; CAUSE_UNSAID: none */
const char *cause_remedy(enum cause_id);
/* "ptr.fcrdns/stale"; NULL: nothing is amiss, or known. */
const char *cause_name(struct arena *, const struct finding *);

/* What to do about a finding: its own words, else those of its cause. */
const char *finding_advice(const struct finding *);

const char *actor_word(enum actor); /* "address_owner" */
const char *actor_text(enum actor); /* "whoever assigned you the address (provider, data centre)" */
