/* reports/cause_words.h - the words for causes (core/result/cause.h) that all reports for people share. */
#pragma once

#include "core/result/cause.h"

const char *cause_repairs(struct arena *, const struct cause *); /* "ptr.fcrdns 203.0.113.7, helo.matches_ip ..." */
/* "Gmail, Orange (fr); no longer at risk: Yahoo"; NULL: nobody. */
const char *cause_frees(struct arena *, const struct result *, const struct cause *);
const char *step_subjects(struct arena *, const struct cause_step *);
/* Why a step has no records yet; NULL: it does not wait. */
const char *step_wait(struct arena *, const struct cause_step *, size_t number);
