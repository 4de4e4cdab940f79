/* reports/plan_text.h - what reports say of a plan (--zone, --assume) that they speak of. */
#pragma once

struct arena;
struct result;

/* "As if the zone example.org (zones/example.org) and 2 records (--assume) were published already: ..." */
const char *plan_text(struct arena *, const struct result *);
/* "14 answers are the plan's: example.org MX, TXT; mail.example.org A", or that none is. */
const char *plan_answers_text(struct arena *, const struct result *);
