/* core/records/sts_policy.h - the policy file of MTA-STS.  (RFC 8461 3.2) */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/str.h"

struct arena;

enum sts_mode { STS_NO_MODE, STS_TESTING, STS_ENFORCE, STS_MODE_NONE };

struct sts_policy {
    enum sts_mode mode;
    uint32_t max_age_s;
    const struct str *mx; /* patterns: a host name, or "*." and one; at most STS_MX_MAX of them are kept */
    size_t mx_count, mx_left_out;
};

/* What is kept points into the body.  *why is in the arena and names the line. */
bool sts_policy_parse(struct arena *, struct str body, struct sts_policy *out, const char **why);
bool sts_pattern_matches(struct str pattern, const char *host); /* "*." stands for exactly one label; RFC 8461 4.1 */
bool sts_policy_covers(const struct sts_policy *, const char *host);
const char *sts_mode_word(enum sts_mode); /* "enforce" */
