/* cmd/workers.c - deals domains among processes. */
#include "cmd/workers.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cmd/account.h"
#include "cmd/command.h"
#include "cmd/destination.h"
#include "cmd/errand.h"
#include "cmd/io/interrupt.h"
#include "cmd/io/sheets.h"
#include "cmd/worker.h"
#include "core/base/channel.h"
#include "core/base/limits.h"
#include "core/base/loop.h"
#include "core/base/tape.h"
#include "core/collect/net/guestbook.h"

enum {
    MESSAGE_MAX = 512 * 1024 * 1024, /* what all reports may have to say of a domain with a thousand senders */
    CRASHES_MAX = 2,                 /* of a domain's workers, then it is given up */
    GIVING_UP_MAX = 3,               /* and of those that only had to say so */
    STILLBORN_MAX = 3,               /* workers in a row that died before they could work */
    STEP_MS = 10,
};

struct worker {
    struct workers *workers;
    size_t number;
    pid_t pid; /* 0: there is none */
    struct channel *channel;
    struct errand_queue held, waiting;
    bool is_ready;
    size_t allowed; /* domains at once, as it says */
    struct engine_progress evidence; /* likewise */
    unsigned silence; /* WORKER_PULSE_MS of ours, since it last sent something */
};

struct workers {
    struct workers_plan plan;
    struct guestbook *guestbook;
    struct worker *at; /* plan.count among which domains are dealt, and as many for one suspect at a time */
    struct errand_queue suspects;
    struct task *watch;
    unsigned stillborn;
    bool is_broken;
};

/* ---- processes ---- */

static bool is_for_suspects(const struct worker *worker)
{
    return worker->number >= worker->workers->plan.count;
}

static bool answered(void *arg, struct str message);
static void lost(void *arg);

/* In the child it does not return.  Signals wait until the child has made up its mind about them. */
static pid_t start_process(struct worker *worker, int fd)
{
    const struct workers *workers = worker->workers;
    const struct worker_plan plan = {.auditor = workers->plan.auditor,
                                     .sandbox = workers->plan.sandbox,
                                     .guestbook = workers->guestbook,
                                     .arena = workers->plan.arena,
                                     .number = worker->number,
                                     .count = workers->plan.count};
    sigset_t all, before;
    pid_t pid;

    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    pid = fork();
    if (pid == 0)
        worker_run(&plan, fd);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return pid;
}

static int end_process(struct worker *worker)
{
    struct workers *workers = worker->workers;
    int status = 0;

    kill(worker->pid, SIGKILL);
    while (waitpid(worker->pid, &status, 0) < 0 && errno == EINTR)
        ;
    guestbook_forget(workers->guestbook, (unsigned)worker->number + 1, loop_now_ms(workers->plan.loop));
    worker->pid = 0;
    return status;
}

static bool start(struct worker *worker)
{
    static const struct channel_handler handler = {.message = answered, .lost = lost};
    struct workers *workers = worker->workers;
    int ends[2];

    if (workers->is_broken)
        return false;
    if (workers->stillborn < STILLBORN_MAX && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0) {
        worker->is_ready = false;
        worker->evidence = (struct engine_progress){0};
        worker->allowed = workers->plan.at_once;
        worker->silence = 0;
        worker->pid = start_process(worker, ends[1]);
        close(ends[1]);
        worker->channel = channel_new(workers->plan.loop, ends[0], MESSAGE_MAX, &handler, worker);
        if (worker->pid > 0 && worker->channel)
            return true;
        if (worker->pid > 0)
            end_process(worker);
        channel_free(worker->channel);
        worker->channel = NULL;
        worker->pid = 0;
    }
    workers->is_broken = true;
    return false;
}

/* ---- dealing ---- */

static bool send_order(struct worker *worker, const struct errand *errand)
{
    struct tape tape = {0};
    bool sent;

    tape_number(&tape, ORDER_AUDIT);
    tape_number(&tape, (int64_t)errand->number);
    tape_number(&tape, errand->place);
    tape_number(&tape, errand->elsewhere ? errand->shard : DESTINATION_SHARDS);
    tape_text(&tape, errand->domain);
    tape_octets(&tape, errand->kept);
    sent = !tape.failed && channel_send(worker->channel, (struct str){tape.at, tape.size});
    tape_free(&tape);
    return sent;
}

/* As much of what waits for the worker as it may have at once. */
static void feed(struct worker *worker)
{
    size_t room = is_for_suspects(worker) ? 1 : worker->workers->plan.at_once;

    while (worker->waiting.first && worker->held.count < room) {
        struct errand *errand = errand_take_first(&worker->waiting);

        if ((worker->pid || start(worker)) && send_order(worker, errand))
            errand_join(&worker->held, errand);
        else
            errand_end(errand, NULL);
    }
}

static void give(struct worker *worker, struct errand *errand)
{
    errand_join(&worker->waiting, errand);
    feed(worker);
}

static struct worker *least_busy(struct workers *workers)
{
    struct worker *least = workers->at;

    for (size_t i = 1; i < workers->plan.count; i++) {
        struct worker *worker = &workers->at[i];

        if (worker->held.count + worker->waiting.count < least->held.count + least->waiting.count)
            least = worker;
    }
    return least;
}

/* Where no process can be started, each comes to its end at once. */
static void feed_suspects(struct workers *workers)
{
    for (size_t i = workers->plan.count; i < workers->plan.count * 2; i++)
        while (workers->suspects.first && workers->at[i].held.count == 0)
            give(&workers->at[i], errand_take_first(&workers->suspects));
}

static void deal(struct workers *workers, struct errand *errand)
{
    if (errand->crashes == 0) {
        give(least_busy(workers), errand);
    } else if (errand->crashes < CRASHES_MAX) {
        errand->place = PLACE_HERE;
        errand_join(&workers->suspects, errand);
        feed_suspects(workers);
    } else if (errand->crashes < CRASHES_MAX + GIVING_UP_MAX) {
        errand->place = PLACE_NOWHERE;
        give(least_busy(workers), errand);
    } else {
        errand_end(errand, NULL);
    }
}

/* False: it is no answer to this errand. */
static bool take_answer(struct worker *worker, struct errand *errand, int64_t what, struct tape_reader *rest)
{
    struct workers *workers = worker->workers;
    struct account *account = NULL;
    int64_t to;

    if (what == ANSWER_ELSEWHERE) {
        to = tape_read_number(rest);
        if (rest->failed || errand->place != PLACE_ANY || to < 0 || (uint64_t)to >= workers->plan.count)
            return false;
        errand->place = PLACE_HERE;
        give(&workers->at[to], errand);
        return true;
    }
    if (what == ANSWER_MOVED) {
        to = tape_read_number(rest);
        if (rest->failed || !errand->elsewhere)
            return false;
        errand_move(errand, (uint64_t)to);
        return true;
    }
    if (what == ANSWER_ACCOUNT && !(account = account_read(rest)))
        return false;
    if (account && account->piece_count != sheets_piece_count(workers->plan.auditor->sheets)) {
        account_free(account);
        return false;
    }
    if (what != ANSWER_ACCOUNT && what != ANSWER_NONE)
        return false;
    errand_end(errand, account);
    return true;
}

static bool answered(void *arg, struct str message)
{
    struct worker *worker = arg;
    struct tape_reader reader = tape_reader(message);
    int64_t what = tape_read_number(&reader);
    uint64_t number = (uint64_t)tape_read_number(&reader);
    struct errand *errand;

    worker->silence = 0;
    if (what == ANSWER_ALIVE && !reader.failed) {
        worker->evidence.wanted = (size_t)tape_read_number(&reader);
        worker->evidence.known = (size_t)tape_read_number(&reader);
        return !reader.failed;
    }
    if (what == ANSWER_READY && !reader.failed) {
        worker->is_ready = true;
        worker->workers->stillborn = 0;
        return true;
    }
    if (what == ANSWER_ALLOWED && !reader.failed && number <= worker->workers->plan.at_once) {
        worker->allowed = (size_t)number;
        return true;
    }
    errand = errand_take(&worker->held, number);
    if (!errand)
        return false;
    if (!take_answer(worker, errand, what, &reader)) {
        errand_join(&worker->held, errand);
        return false;
    }
    feed(worker);
    feed_suspects(worker->workers);
    return true;
}

static void lost(void *arg)
{
    struct worker *worker = arg;
    struct workers *workers = worker->workers;
    size_t domains = worker->held.count;
    struct worker_death death = {.domains = domains, .was_silent = worker->silence > WORKER_PULSES_MISSED};
    struct errand *errand;

    death.wait_status = end_process(worker);
    channel_free(worker->channel);
    worker->channel = NULL;
    workers->stillborn += !worker->is_ready;
    workers->plan.died(workers->plan.arg, &death);
    for (; domains > 0 && (errand = errand_take_first(&worker->held)); domains--) {
        errand->crashes++;
        deal(workers, errand);
    }
    feed(worker);
    feed_suspects(workers);
}

/* A worker waits where its trace is not read, and is not to blame for it. */
static bool complaints_are_read(void)
{
    struct pollfd out = {.fd = STDERR_FILENO, .events = POLLOUT};

    return poll(&out, 1, 0) != 0;
}

void workers_complain(const struct worker_death *death)
{
    const char *domains = death->domains == 1 ? "domain" : "domains";
    int status = death->wait_status;

    if (death->was_silent)
        complain("a worker process gave no sign of life for %d seconds while it audited %zu %s, and was ended",
                 WORKER_PULSES_MISSED * WORKER_PULSE_MS / 1000, death->domains, domains);
    else
        complain("a worker process ended (%s %d) while it audited %zu %s", WIFSIGNALED(status) ? "signal" : "status",
                 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), death->domains, domains);
}

/* Turns of our own loop are counted, not time: where all of us were stopped, nobody was silent. */
static void watch(void *arg)
{
    struct workers *workers = arg;
    bool is_read = complaints_are_read();

    for (size_t i = 0; i < workers->plan.count * 2; i++) {
        struct worker *worker = &workers->at[i];

        worker->silence = worker->pid && is_read ? worker->silence + 1 : 0;
        if (worker->silence > WORKER_PULSES_MISSED)
            kill(worker->pid, SIGKILL); /* and then it is lost */
    }
    task_schedule_at(workers->watch, loop_now_ms(workers->plan.loop) + WORKER_PULSE_MS);
}

/* ---- the whole ---- */

struct workers *workers_new(const struct workers_plan *plan)
{
    struct workers *workers = calloc(1, sizeof *workers);

    if (!workers)
        return NULL;
    workers->plan = *plan;
    workers->guestbook = guestbook_new();
    workers->at = calloc(plan->count * 2, sizeof *workers->at);
    workers->watch = task_new(plan->loop, watch, workers);
    if (!workers->guestbook || !workers->at || !workers->watch) {
        workers_free(workers, 0);
        return NULL;
    }
    for (size_t i = 0; i < plan->count * 2; i++) {
        workers->at[i].workers = workers;
        workers->at[i].number = i;
        workers->at[i].allowed = plan->at_once;
    }
    task_schedule(workers->watch);
    return workers;
}

bool workers_begin(struct workers *workers, const struct assignment *assignment, auditor_done *done, void *arg)
{
    struct errand *errand = errand_new(assignment, done, arg);

    if (!errand)
        return false;
    errand->place = assignment->kept.len || workers->plan.count == 1 ? PLACE_HERE : PLACE_ANY;
    deal(workers, errand);
    return true;
}

size_t workers_allowed(const struct workers *workers)
{
    size_t allowed = 0;

    for (size_t i = 0; i < workers->plan.count; i++)
        allowed += workers->at[i].allowed;
    return allowed;
}

struct engine_progress workers_progress(const struct workers *workers)
{
    struct engine_progress sum = {0};

    for (size_t i = 0; i < workers->plan.count * 2; i++) {
        sum.wanted += workers->at[i].evidence.wanted;
        sum.known += workers->at[i].evidence.known;
    }
    return sum;
}

bool workers_are_broken(const struct workers *workers)
{
    return workers->is_broken;
}

void workers_hurry(struct workers *workers, int64_t within_ms)
{
    struct tape tape = {0};

    tape_number(&tape, ORDER_HURRY);
    tape_number(&tape, within_ms);
    for (size_t i = 0; i < workers->plan.count * 2 && !tape.failed; i++)
        if (workers->at[i].pid)
            channel_send(workers->at[i].channel, (struct str){tape.at, tape.size});
    tape_free(&tape);
}

/* How many are still there. */
static size_t look(struct workers *workers)
{
    size_t count = 0;

    for (size_t i = 0; workers->at && i < workers->plan.count * 2; i++) {
        struct worker *worker = &workers->at[i];

        if (worker->pid && waitpid(worker->pid, NULL, WNOHANG) == worker->pid)
            worker->pid = 0;
        count += worker->pid != 0;
    }
    return count;
}

void workers_free(struct workers *workers, int64_t within_ms)
{
    static const struct timespec step = {.tv_nsec = STEP_MS * 1000000L};
    int64_t waited_ms = 0;

    if (!workers)
        return;
    for (size_t i = 0; workers->at && i < workers->plan.count * 2; i++) {
        channel_free(workers->at[i].channel);
        errand_forget_all(&workers->at[i].held);
        errand_forget_all(&workers->at[i].waiting);
    }
    for (; look(workers) && waited_ms < within_ms && !interrupt_signal(); waited_ms += STEP_MS)
        nanosleep(&step, NULL);
    for (size_t i = 0; workers->at && i < workers->plan.count * 2; i++)
        if (workers->at[i].pid)
            end_process(&workers->at[i]);
    task_free(workers->watch);
    errand_forget_all(&workers->suspects);
    guestbook_free(workers->guestbook);
    free(workers->at);
    free(workers);
}
