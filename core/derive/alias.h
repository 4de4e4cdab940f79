/* core/derive/alias.h - the aliases that an answer was reached by. */
#pragma once

struct dns_answer;
struct run;

/* The aliases that an answer was reached by: "a -> b -> c".  Of a ring, its members. */
const char *alias_chain_text(struct run *, const struct dns_answer *);
