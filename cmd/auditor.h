/* cmd/auditor.h - audits the domains that it is given, several at once, and renders an account of each.
 *
 * Domains wait, at the cost of their names, while one more audit would not fit into the memory (engine.h).
 *
 * It is all of a run that sees what peers said; it opens no file and says nothing.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/base/str.h"

struct account;
struct auditor;
struct engine;
struct engine_config;
struct loop;
struct project;
struct seen_list;
struct sheets;

struct auditor_plan {
    struct project *project;
    const struct engine_config *config;
    const struct seen_list *baseline; /* NULL: none */
    struct sheets *sheets;            /* begun */
    bool has_journal, has_store;
    bool keeps_starved; /* of the journal, account.h */
};

struct assignment {
    uint64_t number; /* of the domain, and no other has it */
    const char *domain;
    struct str kept; /* what a journal has of it, to be judged again; empty: nothing */
    unsigned crashes; /* of processes that had it, before this run */
    /* For worker processes: only a domain of this shard is audited (destination.h).  Of another one `elsewhere` is told
     * where its mail goes, instead of `done` what it came to.  NULL: it is audited wherever its mail goes. */
    unsigned shard;
    void (*elsewhere)(void *arg, uint64_t destination);
};

struct auditor *auditor_new(struct loop *, const struct auditor_plan *, const char **why); /* NULL with *why */
void auditor_free(struct auditor *);                                                       /* NULL is fine */

/* Borrowed for the call.  `done` is called once, from the loop, with an account that is then its own; NULL: no memory.
 * False: no memory, and it is not called. */
typedef void auditor_done(void *arg, struct account *);
bool auditor_begin(struct auditor *, const struct assignment *, auditor_done *, void *arg);
/* Brings the deadlines of all forward to `within_ms` from now. */
void auditor_hurry(struct auditor *, int64_t within_ms);
struct engine *auditor_engine(const struct auditor *);
