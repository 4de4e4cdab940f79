/* core/result/finding.h - what a check found out about one subject.
 *
 * Findings are made by probes in their run's arena and belong to the result afterwards.  Texts are C strings that may
 * hold any remote byte but NUL: only a reporter's sink makes them fit to be shown.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/base/status.h"
#include "core/base/str.h"
#include "core/base/trouble.h"
#include "core/result/subject.h"

/* Every check: its id, and the texts of checks.def. */
enum check_id {
#define CHECK(id, name, group, worst, title, why, remedy, sources) id,
#include "core/result/checks.def"
#undef CHECK
    CHECK_COUNT,
    CHECK_NONE = CHECK_COUNT
};

/* What can be behind a finding: cause_kind.h. */
enum cause_id {
    CAUSE_UNSAID, /* the first of the check */
#define CAUSE(id, check, with, name, actor, text, remedy, bad, good) CAUSE_##id,
#include "core/result/causes.def"
#undef CAUSE
    CAUSE_COUNT
};

struct check {
    const char *name;    /* "ptr.fcrdns": a contract */
    const char *group;   /* "ptr" */
    enum status worst;   /* that it can take for a sender */
    const char *title;   /* what it checks, one line */
    const char *why;     /* why receivers care */
    const char *remedy;  /* how to fix it */
    const char *sources; /* "; " between them */
};

const struct check *check_of(enum check_id);
bool check_from_name(const char *name, enum check_id *out);
bool check_from_str(struct str name, enum check_id *out);

/* What a status does not tell of its finding, and receivers or the order of repairs depend on. */
enum finding_mark {
    MARK_NONE,
    MARK_SPF_PERMERROR, /* SPF_AUTHORIZES: receivers differ in whether they treat it as the fail of "-all" */
    MARK_SPF_VOIDS,     /* SPF_AUTHORIZES: only receivers that count void lookups see a permerror */
    MARK_NO_POLICY,     /* DMARC_SYNTAX: the record has no p= */
    MARK_POLICY_REJECT, /* DMARC_POLICY: the effective policy is reject */
    MARK_OF_SERVICE,    /* DKIM_EXISTS: a selector that a service signs with, which says nothing of other senders */
    MARK_SECRET_IS_OUT, /* DKIM_SYNTAX: the private key is published */
    MARK_SPF_ALIGNED,   /* DMARC_ALIGNMENT: MAIL FROM is aligned with From, whoever SPF passes for */
};

struct service;

/* What came of the records of a finding when they were laid over the evidence: audit/rehearsal.h. */
enum proposal {
    PROPOSAL_UNTRIED, /* there are no records, or not tried yet */
    PROPOSAL_WORKS,   /* the finding goes, and nothing gets worse */
    PROPOSAL_OPEN,    /* it would need evidence that nobody has */
    PROPOSAL_FAILS,   /* the finding stays: the records are not shown */
    PROPOSAL_HARMS,   /* something gets worse: neither */
};

struct text_list {
    const char **at;
    size_t count;
};

bool text_list_equal(const struct text_list *, const struct text_list *); /* the same texts in the same order */

struct finding {
    enum check_id check;
    enum status status;
    enum status worst; /* that this check can take for this subject: a required check has FAIL here */
    struct subject about;
    const char *subject; /* the text of `about` */
    const char *message;
    const char *remedy;        /* for this subject; NULL: the check's own */
    struct text_list records;  /* to publish, in zone file form: made of parsed data only */
    struct text_list before;   /* that these are in place of, as found; none: they come beside what there is */
    enum proposal proposal;          /* of the records */
    struct text_list evidence; /* keys */
    enum reason reason;        /* UNKNOWN only */
    enum side side;
    enum finding_mark mark;
    const char *place;         /* "FILE:LINE" that asks for it, or that is at fault; NULL */
    const struct level *level; /* that changed the status from `judged`; NULL */
    enum status judged;
    const struct suppression *suppressed; /* it does not count; NULL */
    enum cause_id cause;
    const struct service *run_by; /* the service that runs the server which it is about; NULL: hosted.h */
    enum check_id because; /* UNKNOWN that follows from a finding of this check, for folding; CHECK_NONE */
};

bool finding_is_undecided(const struct finding *); /* UNKNOWN where it could have been FAIL: exit status 3 */

/* May it advise anything?  Not where nothing was established, but for what is amiss at this machine, nor where another
 * finding has the cause.  (checks.md, section 1) */
bool finding_may_advise(const struct finding *);

struct run;

/* Makes a finding.  The pointer is valid within the run, to
 * add to it.  The evidence it rests on: finding_rests_on(). */
struct finding *finding(struct run *, enum check_id, enum status, struct subject, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* UNKNOWN, with the trouble's reason and side; the message is "WHAT: why". */
struct finding *finding_unknown(struct run *, enum check_id, struct subject, const struct trouble *, const char *format,
                                ...) __attribute__((format(printf, 5, 6)));

/* All take and return the finding, so that they can be chained; `run` owns what they add. */
struct finding *finding_rests_on(struct run *, struct finding *, const char *evidence_key);
struct finding *finding_remedy(struct run *, struct finding *, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
struct finding *finding_record(struct run *, struct finding *, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* What the record to publish is in place of. */
struct finding *finding_replaces(struct run *, struct finding *, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* a TXT record to publish */
struct finding *finding_txt(struct run *, struct finding *, const char *owner, const char *text);
struct finding *finding_worst(struct finding *, enum status worst);
struct finding *finding_marked(struct finding *, enum finding_mark);
struct finding *finding_cause(struct finding *, enum cause_id); /* of its check */
struct finding *finding_follows(struct finding *, enum check_id cause); /* that one has the cause, and the remedy */
void finding_drop_proposal(struct finding *); /* its records, and the words about them */
void finding_settle(struct finding *);                                  /* drops advice that it may not give */
