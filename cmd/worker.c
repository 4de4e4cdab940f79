/* cmd/worker.c - what a worker process does. */
#include "cmd/worker.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "cmd/account.h"
#include "cmd/auditor.h"
#include "cmd/command.h"
#include "cmd/destination.h"
#include "cmd/io/sandbox.h"
#include "cmd/options/project.h"
#include "core/audit/engine.h"
#include "core/base/arena.h"
#include "core/base/channel.h"
#include "core/base/limits.h"
#include "core/base/loop.h"
#include "core/base/name.h"
#include "core/base/tape.h"
#include "core/base/x509.h"

int close_range(unsigned first, unsigned last, int flags); /* of Linux; <unistd.h> has it for who asks for all of GNU */

enum { ERRAND_BYTES = 65536, LINGER_STEP_MS = 10, PACE_STEP_MS = 500 };

struct worker {
    const struct worker_plan *plan;
    struct engine_config config, crashed_config;
    struct loop *loop;
    struct channel *channel;
    struct auditor *auditor;
    struct auditor *crashed; /* for what two workers died of; NULL until there is such a domain */
    struct task *farewell, *pacing, *pulse;
    size_t allowed; /* domains at once, as was said last */
    int64_t ends_ms;   /* what is under way; 0: at its own time */
    int64_t leaves_ms; /* once it is dismissed */
};

struct duty { /* a domain */
    struct worker *worker;
    struct arena *arena;
    struct target target; /* to find its destination */
    uint64_t number;
    enum place place;
    unsigned shard; /* DESTINATION_SHARDS: any */
};

static void duty_free(struct duty *duty)
{
    arena_free(duty->arena);
    free(duty);
}

static _Noreturn void leave(void *arg)
{
    (void)arg;
    _exit(EXIT_STATUS_FAULT);
}

static void break_down(int unused)
{
    (void)unused;
    leave(NULL);
}

static void post(struct worker *worker, struct tape *tape)
{
    if (tape->failed || !channel_send(worker->channel, (struct str){tape->at, tape->size}))
        leave(worker);
    tape_free(tape);
}

static void answer(struct worker *worker, enum answer what, uint64_t number)
{
    struct tape tape = {0};

    tape_number(&tape, what);
    tape_number(&tape, (int64_t)number);
    post(worker, &tape);
}

static void audited(void *arg, struct account *account)
{
    struct duty *duty = arg;
    struct tape tape = {0};

    tape_number(&tape, account ? ANSWER_ACCOUNT : ANSWER_NONE);
    tape_number(&tape, (int64_t)duty->number);
    if (account)
        account_write(account, &tape);
    account_free(account);
    post(duty->worker, &tape);
    duty_free(duty);
}

static void audit(struct duty *duty, struct auditor *auditor, struct str kept)
{
    const struct assignment assignment = {.number = duty->number, .domain = duty->target.domain, .kept = kept};
    struct worker *worker = duty->worker;

    if (auditor && auditor_begin(auditor, &assignment, audited, duty)) {
        if (worker->ends_ms)
            auditor_hurry(auditor, worker->ends_ms - loop_now_ms(worker->loop));
        return;
    }
    answer(worker, ANSWER_NONE, duty->number);
    duty_free(duty);
}

static void send_elsewhere(struct duty *duty, enum answer what, uint64_t where)
{
    struct tape tape = {0};

    tape_number(&tape, what);
    tape_number(&tape, (int64_t)duty->number);
    tape_number(&tape, (int64_t)where);
    post(duty->worker, &tape);
    duty_free(duty);
}

/* What nobody knows is as well off here, where the question is under way. */
static void destined(void *arg, const uint64_t *destination)
{
    struct duty *duty = arg;
    const struct worker_plan *plan = duty->worker->plan;
    bool is_of_shard =
        !destination || duty->shard == DESTINATION_SHARDS || destination_shard(*destination) == duty->shard;

    if (!is_of_shard)
        send_elsewhere(duty, ANSWER_MOVED, *destination);
    else if (!destination || duty->place == PLACE_HERE || *destination % plan->count == plan->number)
        audit(duty, duty->worker->auditor, (struct str){0});
    else
        send_elsewhere(duty, ANSWER_ELSEWHERE, *destination % plan->count);
}

/* An auditor whose evidence is all unknown: made by nobody's octets. */
static struct auditor *auditor_of_crashed(struct worker *worker)
{
    struct auditor_plan plan = *worker->plan->auditor;
    const char *why;

    worker->crashed_config = worker->config;
    worker->crashed_config.unasked = REASON_WORKER_CRASHED;
    plan.config = &worker->crashed_config;
    if (!worker->crashed)
        worker->crashed = auditor_new(worker->loop, &plan, &why);
    return worker->crashed;
}

static struct duty *duty_new(struct worker *worker, uint64_t number)
{
    struct arena *arena = arena_new(ERRAND_BYTES);
    struct duty *duty = arena ? malloc(sizeof *duty) : NULL;

    if (duty)
        *duty = (struct duty){.worker = worker, .number = number, .arena = arena};
    else
        leave(worker);
    return duty;
}

static bool begin(struct worker *worker, uint64_t number, struct tape_reader *order)
{
    int64_t place = tape_read_number(order), shard = tape_read_number(order);
    struct str domain = tape_read_octets(order), kept = tape_read_octets(order);
    struct duty *duty;

    if (order->failed)
        leave(worker);
    duty = duty_new(worker, number);
    duty->place = (enum place)place;
    duty->shard = (unsigned)shard;
    domain.at = str_text(duty->arena, domain);
    duty->target = project_settings(worker->plan->auditor->project, domain.at)->target;
    duty->target.domain = domain.at;
    duty->target.unicode = name_unicode(duty->arena, domain.at);
    if (place == PLACE_NOWHERE)
        audit(duty, auditor_of_crashed(worker), kept);
    else if ((place == PLACE_HERE && shard == DESTINATION_SHARDS) ||
             !destination_find(auditor_engine(worker->auditor), &duty->target, destined, duty))
        audit(duty, worker->auditor, kept);
    return true;
}

/* Where a destination is still looked for, the audit comes after that. */
static void hurry(struct worker *worker, int64_t within_ms)
{
    worker->ends_ms = loop_now_ms(worker->loop) + within_ms;
    auditor_hurry(worker->auditor, within_ms - within_ms / 4);
}

static bool ordered(void *arg, struct str message)
{
    struct worker *worker = arg;
    struct tape_reader order = tape_reader(message);
    int64_t what = tape_read_number(&order), number = tape_read_number(&order);

    if (what == ORDER_AUDIT)
        return begin(worker, (uint64_t)number, &order);
    hurry(worker, number);
    return true;
}

static void keep_pace(void *arg)
{
    struct worker *worker = arg;
    size_t allowed = engine_allowed(auditor_engine(worker->auditor));

    if (allowed != worker->allowed)
        answer(worker, ANSWER_ALLOWED, allowed);
    worker->allowed = allowed;
    task_schedule_at(worker->pacing, loop_now_ms(worker->loop) + PACE_STEP_MS);
}

static void beat(void *arg)
{
    struct worker *worker = arg;
    struct engine_progress evidence = engine_progress(auditor_engine(worker->auditor));
    struct tape tape = {0};

    tape_number(&tape, ANSWER_ALIVE);
    tape_number(&tape, 0);
    tape_number(&tape, (int64_t)evidence.wanted);
    tape_number(&tape, (int64_t)evidence.known);
    post(worker, &tape);
    task_schedule_at(worker->pulse, loop_now_ms(worker->loop) + WORKER_PULSE_MS);
}

/* Not to hang up on a server that is about to answer our QUIT. */
static void say_farewell(void *arg)
{
    struct worker *worker = arg;
    int64_t now_ms = loop_now_ms(worker->loop);

    if (engine_is_idle(auditor_engine(worker->auditor)) || now_ms >= worker->leaves_ms)
        _exit(EXIT_STATUS_READY);
    task_schedule_at(worker->farewell, now_ms + LINGER_STEP_MS);
}

static void dismissed(void *arg)
{
    struct worker *worker = arg;

    task_cancel(worker->pulse);
    worker->leaves_ms = loop_now_ms(worker->loop) + SMTP_QUIT_MS;
    task_schedule(worker->farewell);
}

/* Signals are for the parent, which says what they come to.  What should go to standard output goes where complaints
 * do. */
static bool settle(int fd)
{
    sigset_t none;

    sigemptyset(&none);
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    return sigprocmask(SIG_SETMASK, &none, NULL) == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 &&
           dup2(fd, STDIN_FILENO) == STDIN_FILENO &&
           dup2(STDERR_FILENO, STDOUT_FILENO) == STDOUT_FILENO && close_range(STDERR_FILENO + 1, ~0U, 0) == 0;
}

void worker_run(const struct worker_plan *plan, int fd)
{
    static const struct channel_handler handler = {.message = ordered, .lost = dismissed};
    pid_t parent = getppid();
    struct worker worker = {.plan = plan, .config = *plan->auditor->config};
    struct auditor_plan auditor = *plan->auditor;
    const char *why;

    arena_on_exhausted(plan->arena, NULL);
    loop_on_broken(break_down);
    if (!settle(fd) || getppid() != parent)
        leave(NULL);
    worker.loop = loop_new();
    if (!worker.loop)
        leave(NULL);
    loop_on_exhausted(worker.loop, leave, NULL);
    worker.config.is_unconfined = sandbox_enter(plan->sandbox) != SANDBOX_WHOLE;
    worker.config.smtp.guestbook = plan->guestbook;
    worker.config.smtp.guest = (unsigned)plan->number + 1;
    auditor.config = &worker.config;
    worker.farewell = task_new(worker.loop, say_farewell, &worker);
    worker.pulse = task_new(worker.loop, beat, &worker);
    worker.channel = channel_new(worker.loop, STDIN_FILENO, JOURNAL_ENTRY_MAX + ERRAND_BYTES, &handler, &worker);
    worker.auditor = auditor_new(worker.loop, &auditor, &why);
    worker.pacing = task_new(worker.loop, keep_pace, &worker);
    worker.allowed = worker.config.at_once;
    if (!worker.pacing || !worker.farewell || !worker.pulse || !worker.channel || !worker.auditor)
        leave(NULL);
    answer(&worker, ANSWER_READY, 0);
    task_schedule_at(worker.pacing, loop_now_ms(worker.loop) + PACE_STEP_MS);
    task_schedule(worker.pulse);
    loop_run(worker.loop);
    leave(NULL);
}
