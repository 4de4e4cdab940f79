/* core/result/identity_internal.h - what identity.c takes from the findings.  For it and identity_verdict.c. */
#pragma once

#include "core/result/identity.h"

/* The worst finding of a check about this address, as sender or as MX host; NULL: there is none. */
const struct finding *identity_finding(const struct result *, const struct mail_address *, enum identity_part,
                                       enum check_id);
enum status identity_weight(struct arena *, const struct result *, const struct mail_address *,
                            const struct identity_name *);
void identity_judge(struct arena *, const struct result *, struct identity *); /* verdict and findings */
