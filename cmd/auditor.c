/* cmd/auditor.c - has the engine audit, or a journal's evidence judged again, and makes accounts of the results. */
#include "cmd/auditor.h"

#include <stdlib.h>
#include <string.h>

#include "cmd/account.h"
#include "cmd/options/project.h"
#include "cmd/restore.h"
#include "core/audit/engine.h"
#include "core/base/arena.h"
#include "core/base/loop.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/result/result.h"

enum { VISIT_BYTES = 65536 }; /* the names of a domain, and a complaint */

struct audit_visit { /* of one domain */
    struct audit_visit **back, *next;
    struct audit_visit *next_waiting;
    struct auditor *auditor;
    struct arena *arena;
    const struct settings *settings;
    struct target target;
    uint64_t number;
    struct restored *restored; /* NULL: it is audited */
    const char *unfit;         /* why it could not be restored; NULL */
    auditor_done *done;
    void *arg;
};

struct auditor {
    struct loop *loop;
    struct auditor_plan plan;
    struct engine *engine;
    struct audit_visit *visits;
    struct audit_visit *waiting, **waiting_end; /* for room */
    struct task *admission;
};

static void admit(void *arg);

struct auditor *auditor_new(struct loop *loop, const struct auditor_plan *plan, const char **why)
{
    struct auditor *auditor = calloc(1, sizeof *auditor);

    *why = no_memory;
    if (!auditor)
        return NULL;
    auditor->loop = loop;
    auditor->plan = *plan;
    auditor->waiting_end = &auditor->waiting;
    auditor->admission = task_new(loop, admit, auditor);
    auditor->engine = auditor->admission ? engine_new(loop, plan->config, why) : NULL;
    if (auditor->engine)
        return auditor;
    task_free(auditor->admission);
    free(auditor);
    return NULL;
}

static void visit_free(struct audit_visit *visit)
{
    *visit->back = visit->next;
    if (visit->next)
        visit->next->back = visit->back;
    restored_free(visit->restored);
    arena_free(visit->arena);
    free(visit);
}

void auditor_free(struct auditor *auditor)
{
    if (!auditor)
        return;
    engine_free(auditor->engine);
    while (auditor->visits)
        visit_free(auditor->visits);
    task_free(auditor->admission);
    free(auditor);
}

struct engine *auditor_engine(const struct auditor *auditor)
{
    return auditor->engine;
}

/* The result lives until this returns, and the engine that it is of is perhaps the visit's. */
static void visit_end(void *visit)
{
    visit_free(visit);
}

static void audited(void *arg, const struct result *result)
{
    struct audit_visit *visit = arg;
    const struct auditor_plan *plan = &visit->auditor->plan;
    const struct account_plan wanted = {.sheets = plan->sheets,
                                        .settings = visit->settings,
                                        .baseline = plan->baseline,
                                        .number = (size_t)visit->number,
                                        .is_kept = plan->has_journal && !visit->restored,
                                        .keeps_starved = plan->keeps_starved,
                                        .is_stored = plan->has_store};
    struct account *account = account_of(&wanted, result);

    if (account) {
        account->is_restored = visit->restored != NULL;
        account->unfit = visit->unfit ? strdup(visit->unfit) : NULL;
    }
    visit->done(visit->arg, account);
    loop_defer(visit->auditor->loop, visit_end, visit);
    task_schedule(visit->auditor->admission);
}

static bool visit_audit(struct audit_visit *visit)
{
    return engine_audit(visit->auditor->engine, &visit->target, audited, visit);
}

static void visit_wait(struct audit_visit *visit)
{
    struct auditor *auditor = visit->auditor;

    *auditor->waiting_end = visit;
    auditor->waiting_end = &visit->next_waiting;
}

static void begin_first(struct auditor *auditor)
{
    struct audit_visit *visit = auditor->waiting;

    auditor->waiting = visit->next_waiting;
    if (!auditor->waiting)
        auditor->waiting_end = &auditor->waiting;
    if (visit_audit(visit))
        return;
    visit->done(visit->arg, NULL);
    visit_free(visit);
}

static void admit(void *arg)
{
    struct auditor *auditor = arg;

    while (auditor->waiting && engine_has_room(auditor->engine))
        begin_first(auditor);
}

/* Whether it has begun or waits. */
static bool visit_begin(struct audit_visit *visit, struct str kept)
{
    struct auditor *auditor = visit->auditor;
    const struct restore_plan wanted = {.loop = auditor->loop,
                                        .config = auditor->plan.config,
                                        .packed = kept,
                                        .target = &visit->target,
                                        .done = audited,
                                        .arg = visit};

    if (kept.len)
        visit->restored = restore(&wanted, visit->arena, &visit->unfit);
    if (visit->restored)
        return true;
    if (!auditor->waiting && engine_has_room(auditor->engine))
        return visit_audit(visit);
    visit_wait(visit);
    return true;
}

void auditor_hurry(struct auditor *auditor, int64_t within_ms)
{
    while (auditor->waiting)
        begin_first(auditor);
    engine_hurry(auditor->engine, within_ms);
}

bool auditor_begin(struct auditor *auditor, const struct assignment *assignment, auditor_done *done, void *arg)
{
    struct audit_visit *visit = calloc(1, sizeof *visit);

    if (!visit || !(visit->arena = arena_new(VISIT_BYTES))) {
        free(visit);
        return false;
    }
    visit->auditor = auditor;
    visit->number = assignment->number;
    visit->settings = project_settings(auditor->plan.project, assignment->domain);
    visit->target = visit->settings->target;
    visit->target.domain = str_dup(visit->arena, assignment->domain);
    visit->target.unicode = name_unicode(visit->arena, visit->target.domain);
    visit->done = done;
    visit->arg = arg;
    visit->next = auditor->visits;
    visit->back = &auditor->visits;
    if (visit->next)
        visit->next->back = &visit->next;
    auditor->visits = visit;
    if (visit_begin(visit, assignment->kept))
        return true;
    visit_free(visit);
    return false;
}
