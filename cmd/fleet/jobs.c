/* cmd/fleet/jobs.c - has domains audited, and writes what they come to. */
#include "cmd/fleet/jobs.h"

#include <stdlib.h>
#include <string.h>

#include "cmd/account.h"
#include "cmd/auditor.h"
#include "cmd/command.h"
#include "cmd/io/progress.h"
#include "cmd/io/targets.h"
#include "cmd/workers.h"
#include "core/base/arena.h"
#include "core/base/loop.h"
#include "core/base/str.h"

enum {
    MOVES_MAX = 3, /* then a domain is audited where it is: its MX records change from answer to answer */
    NAME_BYTES = 65536,
};

struct job {
    struct job *next, **back;
    struct jobs *jobs;
    int64_t id;
    char *domain;
    unsigned shard;
    bool is_ended;
    bool is_moved; /* it goes elsewhere: */
    unsigned shard_next;
    struct account *account; /* once it is audited; NULL: nothing is known of it */
};

static void job_free(struct job *job)
{
    struct jobs *jobs = job->jobs;

    *job->back = job->next;
    if (job->next)
        job->next->back = job->back;
    jobs->held--;
    jobs->under_way -= !job->is_ended;
    jobs->shards->at[job->shard].under_way--;
    account_free(job->account);
    free(job->domain);
    free(job);
}

static struct job *room_for_job(const struct jobs *jobs)
{
    struct job *job = calloc(1, sizeof *job);

    if (!job)
        loop_exhausted(jobs->loop);
    return job;
}

static struct job *job_new(struct jobs *jobs, const struct book_domain *domain)
{
    struct job *job = room_for_job(jobs);

    *job =
        (struct job){.jobs = jobs, .id = domain->id, .shard = domain->shard, .next = jobs->first, .back = &jobs->first};
    job->domain = strdup(domain->name);
    if (!job->domain)
        loop_exhausted(jobs->loop);
    if (job->next)
        job->next->back = &job->next;
    jobs->first = job;
    jobs->held++;
    jobs->under_way++;
    jobs->shards->at[job->shard].under_way++;
    return job;
}

static void end_job(struct job *job)
{
    struct jobs *jobs = job->jobs;

    job->is_ended = true;
    jobs->under_way--;
    if (jobs->under_way <= workers_allowed(jobs->workers) * 3 / 4)
        task_schedule(jobs->wake);
}

static void audited(void *arg, struct account *account)
{
    struct job *job = arg;

    if (!account && workers_are_broken(job->jobs->workers))
        return; /* it is given back */
    job->account = account;
    end_job(job);
}

static void goes_elsewhere(void *arg, uint64_t destination)
{
    struct job *job = arg;

    job->is_moved = true;
    job->shard_next = destination_shard(destination);
    end_job(job);
}

/* What stands in a database may be anything. */
static bool is_name(const char *name)
{
    struct arena *arena = arena_new(NAME_BYTES);
    const char *why, *domain = arena ? domain_from_text(arena, str_of(name), &why) : NULL;
    bool is_one = domain && strcmp(domain, name) == 0;

    arena_free(arena);
    return is_one;
}

void jobs_begin(void *arg, const struct book_domain *domain)
{
    struct jobs *jobs = arg;
    struct job *job = job_new(jobs, domain);
    const struct assignment assignment = {.number = (uint64_t)domain->id,
                                          .domain = domain->name,
                                          .crashes = domain->tries ? domain->tries - 1 : 0,
                                          .shard = domain->shard,
                                          .elsewhere = domain->moves < MOVES_MAX ? goes_elsewhere : NULL};

    if (!is_name(domain->name)) {
        progress_erase(jobs->progress);
        complain("fleet: \"%s\" is no domain, and is not audited", domain->name);
        end_job(job);
    } else if (!workers_begin(jobs->workers, &assignment, audited, job)) {
        end_job(job);
    }
}

static enum archive_outcome write_job(struct book *book, const struct job *job, bool *is_ours)
{
    return job->is_moved ? book_move(book, job->id, job->shard_next, is_ours)
                         : book_result(book, job->id, job->domain, job->account, is_ours);
}

static enum archive_outcome write_ended(struct jobs *jobs, struct book *book, size_t *strangers)
{
    enum archive_outcome outcome = book_begin(book);

    for (struct job *job = jobs->first; job && outcome == ARCHIVE_DONE; job = job->next) {
        bool is_ours = true;

        if (job->is_ended)
            outcome = write_job(book, job, &is_ours);
        *strangers += !is_ours;
    }
    return book_end(book, outcome);
}

static void drop_ended(struct jobs *jobs)
{
    for (struct job *job = jobs->first, *next; job; job = next) {
        next = job->next;
        if (!job->is_ended)
            continue;
        jobs->done += !job->is_moved;
        if (job->account)
            progress_count(jobs->progress, job->account->undecided_for);
        job_free(job);
    }
}

/* What is not ours was changed by somebody who has no right to: what we have of it is nobody's. */
enum archive_outcome jobs_settle(struct jobs *jobs, struct book *book)
{
    enum archive_outcome outcome;
    size_t strangers = 0;

    if (jobs->held == jobs->under_way)
        return ARCHIVE_DONE;
    outcome = write_ended(jobs, book, &strangers);
    if (outcome != ARCHIVE_DONE)
        return outcome;
    if (strangers) {
        progress_erase(jobs->progress);
        complain("fleet: somebody else changed what this worker had, and %zu results are dropped", strangers);
    }
    drop_ended(jobs);
    return ARCHIVE_DONE;
}

void jobs_forget(struct jobs *jobs, int64_t **ids, size_t *count)
{
    int64_t *longer = realloc(*ids, (*count + jobs->held + 1) * sizeof **ids);

    if (!longer)
        loop_exhausted(jobs->loop);
    *ids = longer;
    while (jobs->first) {
        (*ids)[(*count)++] = jobs->first->id;
        job_free(jobs->first);
    }
}
