/* probes/bimi.h - what the parts of the probe for BIMI have in common. */
#pragma once

#include <stdbool.h>

#include "core/base/str.h"

struct page;
struct run;

/* The logo of a page that is sound, unpacked.  False: it cannot be; *why is a sentence about "the logo". */
bool bimi_logo(struct run *, const struct page *, struct str *svg, const char **why);
const char *bimi_logo_text(struct run *, struct str svg); /* "812 octets, SHA-256 6f1e..." */

void bimi_judge_mark(struct run *, const struct page *certificate, const struct page *logo);
