/* core/derive/sts.h - what is known of a domain's MTA-STS by now: record, policy host, response, policy.  (RFC 8461) */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/derive/page.h"
#include "core/facts/dns_answer.h"
#include "core/records/sts_policy.h"
#include "core/records/sts_record.h"

struct run;

enum sts_step {
    STS_PENDING,
    STS_UNDECIDED, /* see `trouble` */
    STS_ABSENT,    /* this step and all behind it: there is nothing to look at */
    STS_FAULTY,    /* it is there, and senders cannot use it: see `fault` */
    STS_SOUND,
};

struct sts {
    /* Each step is taken when the one before is sound, and is STS_ABSENT after one that is not. */
    enum sts_step record_step, fetch_step, policy_step;
    struct trouble trouble;     /* of the step that is undecided */
    const char *fault;          /* of the step that is faulty, in the run's arena; holds remote bytes */
    const struct dns_answer *txt; /* NULL: pending */
    struct str text; /* the only record, or what was meant to be one; empty where there is none, or several */
    struct sts_record record;
    const char *host, *url;
    struct page page; /* of the URL; zero unless the record is sound */
    struct sts_policy policy;
};

const struct sts *need_sts(struct run *); /* never NULL */

/* The response by itself, whatever it is worth; NULL: none, or it is on its way. */
const struct https_response *need_sts_response(struct run *, bool *pending);

/* Is there a usable policy in this mode that covers the MX host?  False while *pending. */
bool need_covered_by_sts(struct run *, const char *mx_host, enum sts_mode, bool *pending);
