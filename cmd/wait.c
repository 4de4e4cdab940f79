/* cmd/wait.c - waits for a change to arrive. */
#include "cmd/wait.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cmd/baseline.h"
#include "cmd/command.h"
#include "cmd/io/interrupt.h"
#include "cmd/io/sandbox.h"
#include "cmd/options/project.h"
#include "core/audit/engine.h"
#include "core/base/arena.h"
#include "core/base/date.h"
#include "core/base/limits.h"
#include "core/base/list_text.h"
#include "core/base/loop.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/facts/evidence.h"
#include "core/facts/record_text.h"
#include "core/result/gate.h"

int close_range(unsigned first, unsigned last, int flags); /* of Linux; <unistd.h> has it for who asks for all of GNU */

enum {
    FIRST_PAUSE_MS = 2000,
    LAST_PAUSE_MS = 60000,
    SLICE_MS = 100, /* between looks at signals */
    ROUND_BYTES = JSON_BYTES,
    SERVERS_SHOWN = 8,
    TOLD_MAX = 3, /* findings of a domain in one line */
};

struct round {
    const struct wait_plan *plan;
    struct loop *loop;
    struct arena *arena;
    struct list_text missing;
    size_t open; /* audits under way */
    struct engine *engine;
    struct task *tick;
};

struct visit { /* of one domain in one round */
    struct round *round;
    const struct settings *settings;
    struct target target;
};

bool wait_parse(const char *text, int64_t *ms)
{
    char *end;
    long number = strtol(text, &end, 10), unit = *end == 'm' ? 60 : *end == 'h' ? 3600 : 1;

    if (!ascii_is_digit(*text) || number < 1 || number > DAY_S / unit || (*end && (!strchr("smh", *end) || end[1])))
        return false;
    *ms = (int64_t)number * unit * 1000;
    return true;
}

static const char *records_text(struct arena *arena, const struct dns_answer *answer)
{
    struct list_text list = list_text(arena, ", ", SERVERS_SHOWN);

    if (answer->status == DNS_UNKNOWN)
        return answer->trouble.why ? answer->trouble.why : "no answer";
    for (size_t i = 0; i < answer->count; i++)
        list_add(&list, record_text(arena, &answer->records[i]));
    return answer->count ? list_end(&list) : "nothing";
}

/* What each server of the zone said to the question with this key; NULL: none was asked, or all say the same. */
static const char *servers_text(struct arena *arena, const struct result *result, const char *key)
{
    struct list_text list = list_text(arena, "; ", SERVERS_SHOWN);
    const char *first = NULL;
    struct key asked;
    bool differ = false;

    if (!key_parse(arena, key, &asked) || asked.kind != EVIDENCE_DNS)
        return NULL;
    for (size_t i = 0; i < result->evidence_count; i++) {
        const struct evidence *evidence = result->evidence[i];
        const struct key *at = &evidence->key;
        const char *text;

        if (at->kind != EVIDENCE_DNS || at->ip.family == IP_NONE || at->nth != 1 || at->type != asked.type ||
            !name_equal(at->name, asked.name))
            continue;
        text = records_text(arena, evidence->value);
        differ = differ || (first && strcmp(first, text) != 0);
        first = first ? first : text;
        list_add(&list, str_printf(arena, "%s has %s", ip_text(arena, &at->ip), text));
    }
    return differ ? str_printf(arena, "the servers of the zone differ about %s: %s", key, list_end(&list)) : NULL;
}

static void tell(struct round *round, const struct result *result, const struct gate *gate)
{
    struct list_text list = list_text(round->arena, ", ", TOLD_MAX);

    for (size_t i = 0; i < result->finding_count; i++) {
        const struct finding *f = result->findings[i];
        const char *differing = NULL;

        if (!gate_fails_for(gate, result, f))
            continue;
        for (size_t k = 0; k < f->evidence.count && !differing; k++)
            differing = servers_text(round->arena, result, f->evidence.at[k]);
        list_add(&list, str_printf(round->arena, "%s %s (%s)%s%s", check_of(f->check)->name, f->subject, f->message,
                                   differing ? "; " : "", differing ? differing : ""));
    }
    list_add(&round->missing, str_printf(round->arena, "%s: still %s", result->target->domain,
                                         list.count ? list_end(&list) : "refused by a receiver"));
}

static void visited(void *arg, const struct result *result)
{
    struct visit *visit = arg;
    struct round *round = visit->round;
    struct gate gate = visit->settings->gate;
    struct arena *scratch = round->plan->baseline ? arena_new(ROUND_BYTES * 2) : NULL;
    const struct seen_report *now;

    if (scratch && (now = baseline_see(scratch, result)))
        gate.difference = baseline_compare(scratch, round->plan->baseline, now);
    if (gate_judge(&gate, result).fails)
        tell(round, result, &gate);
    arena_free(scratch);
    round->open--;
}

/* Servers that are about to answer our QUIT are not hung up on. */
static void tick(void *arg)
{
    struct round *round = arg;

    if (interrupt_signal())
        engine_hurry(round->engine, 0);
    if (round->open == 0 && engine_is_idle(round->engine))
        loop_stop(round->loop);
    else
        task_schedule_at(round->tick, loop_now_ms(round->loop) + SLICE_MS);
}

static bool visit_all(struct round *round)
{
    const struct wait_plan *plan = round->plan;
    struct visit *visits = ARENA_ARRAY(round->arena, struct visit, plan->domain_count);

    round->open = plan->domain_count;
    for (size_t i = 0; i < plan->domain_count; i++) {
        visits[i] = (struct visit){.round = round, .settings = project_settings(plan->project, plan->domains[i])};
        visits[i].target = visits[i].settings->target;
        visits[i].target.domain = plan->domains[i];
        visits[i].target.unicode = name_unicode(round->arena, plan->domains[i]);
        if (!engine_audit(round->engine, &visits[i].target, visited, &visits[i]))
            return false;
    }
    task_schedule(round->tick);
    loop_run(round->loop);
    return round->open == 0;
}

/* *missing in the arena: NULL where nothing is. */
static bool run_round(const struct wait_plan *plan, struct arena *arena, const char **missing, const char **why)
{
    struct round round = {.plan = plan, .arena = arena, .missing = list_text(arena, "; ", SERVERS_SHOWN)};
    bool done = false;

    *why = "--wait: out of memory";
    round.loop = loop_new();
    round.tick = round.loop ? task_new(round.loop, tick, &round) : NULL;
    if (round.tick) {
        loop_on_exhausted(round.loop, plan->exhausted, plan->exhausted_arg);
        round.engine = engine_new(round.loop, plan->engine, why);
    }
    if (round.engine)
        done = visit_all(&round);
    engine_free(round.engine);
    task_free(round.tick);
    loop_free(round.loop);
    *missing = round.missing.count ? list_end(&round.missing) : NULL;
    return done;
}

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void pause_for(int64_t ms)
{
    const struct timespec slice = {.tv_nsec = SLICE_MS * 1000000L};

    for (int64_t slept = 0; slept < ms && !interrupt_signal(); slept += SLICE_MS)
        nanosleep(&slice, NULL);
}

bool wait_for_domains(const struct wait_plan *plan, const char **why)
{
    int64_t deadline_ms = now_ms() + plan->wait_ms, pause_ms = FIRST_PAUSE_MS;

    *why = "--wait: out of memory";
    while (!interrupt_signal()) {
        struct arena *arena = arena_new(ROUND_BYTES);
        const char *missing = NULL;
        bool done = arena && run_round(plan, arena, &missing, why);
        int64_t left_ms = deadline_ms - now_ms();
        bool goes_on = done && missing && left_ms > 0;

        if (goes_on && left_ms < pause_ms)
            pause_ms = left_ms;
        if (goes_on)
            complain("--wait: %s; again in %lld s", missing, (long long)(pause_ms + 999) / 1000);
        arena_free(arena);
        if (!goes_on)
            return done;
        pause_for(pause_ms);
        pause_ms = pause_ms * 2 < LAST_PAUSE_MS ? pause_ms * 2 : LAST_PAUSE_MS;
    }
    return true;
}

/* ---- by a process of its own ---- */

static _Noreturn void end_without_memory(void *arg)
{
    (void)arg;
    complain("--wait: out of memory");
    _exit(EXIT_STATUS_FAULT);
}

/* Reports, journal and store are the parent's. */
static bool settle(const struct wait_plan *plan, pid_t parent)
{
    arena_on_exhausted(plan->arena, NULL);
    interrupt_install(NULL, NULL);
    return prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent &&
           dup2(STDERR_FILENO, STDOUT_FILENO) == STDOUT_FILENO && close_range(STDERR_FILENO + 1, ~0U, 0) == 0;
}

static _Noreturn void wait_as_child(const struct wait_plan *plan, const struct sandbox *sandbox, pid_t parent)
{
    struct engine_config config = *plan->engine;
    struct wait_plan own = *plan;
    const char *why;

    own.engine = &config;
    own.exhausted = end_without_memory;
    if (!settle(plan, parent))
        _exit(EXIT_STATUS_FAULT);
    config.is_unconfined = sandbox_enter(sandbox) != SANDBOX_WHOLE;
    if (getppid() == parent && wait_for_domains(&own, &why))
        _exit(EXIT_STATUS_READY);
    complain("%s", why);
    _exit(EXIT_STATUS_FAULT);
}

/* It may be the only one that hears of a signal. */
static int status_of_child(pid_t pid)
{
    bool is_told = false;
    int status = 0;
    pid_t ended;

    while ((ended = waitpid(pid, &status, WNOHANG)) == 0 || (ended < 0 && errno == EINTR)) {
        if (interrupt_signal() && !is_told)
            is_told = kill(pid, SIGTERM) == 0;
        nanosleep(&(struct timespec){.tv_nsec = SLICE_MS * 1000000L}, NULL);
    }
    return status;
}

bool wait_apart(const struct wait_plan *plan, const struct sandbox *sandbox, const char **why)
{
    pid_t parent = getpid(), pid;
    int status;

    *why = "--wait: no process can be started";
    pid = fork();
    if (pid == 0)
        wait_as_child(plan, sandbox, parent);
    if (pid < 0)
        return false;
    status = status_of_child(pid);
    if (WIFSIGNALED(status))
        complain("--wait: the process that asked ended (signal %d)", WTERMSIG(status));
    return true;
}
