/* core/base/loop.c - the event loop and the clocks, on libevent. */
#include "core/base/loop.h"

#include <stdlib.h>
#include <time.h>

#include <event2/event.h>

enum { PRIORITIES = 3, LAST_PRIORITY = 2 }; /* libevent gives events the one in the middle */

struct loop {
    struct event_base *base;
    struct deferred *deferred;
    void (*on_exhausted)(void *arg);
    void *exhausted_arg;
    int64_t boot_s; /* when this machine started, by its wall clock as it was at first */
};

static int64_t since_boot_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_BOOTTIME, &now);
    return now.tv_sec;
}

/* Events of the last priority run one at a time, when no other is due. */
static struct event_base *new_base(void)
{
    struct event_config *config = event_config_new();
    struct event_base *base = NULL;

    if (config && event_config_set_max_dispatch_interval(config, NULL, 1, LAST_PRIORITY) == 0)
        base = event_base_new_with_config(config);
    if (base && event_base_priority_init(base, PRIORITIES) != 0) {
        event_base_free(base);
        base = NULL;
    }
    if (config)
        event_config_free(config);
    return base;
}

struct loop *loop_new(void)
{
    struct loop *loop = calloc(1, sizeof *loop);

    if (!loop)
        return NULL;
    loop->base = new_base();
    if (!loop->base) {
        free(loop);
        return NULL;
    }
    loop->boot_s = (int64_t)time(NULL) - since_boot_s();
    return loop;
}

struct event_base *loop_base(struct loop *loop)
{
    return loop->base;
}

int64_t loop_now_ms(const struct loop *loop)
{
    struct timespec now;

    (void)loop;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct timeval loop_time_to(const struct loop *loop, int64_t at_ms)
{
    int64_t wait_ms = at_ms - loop_now_ms(loop);

    if (wait_ms <= 0)
        return (struct timeval){0, 0};
    return (struct timeval){(time_t)(wait_ms / 1000), (suseconds_t)(wait_ms % 1000 * 1000)};
}

int64_t loop_wall_s(const struct loop *loop)
{
    return loop->boot_s + since_boot_s();
}

void loop_on_exhausted(struct loop *loop, void (*fn)(void *arg), void *arg)
{
    loop->on_exhausted = fn;
    loop->exhausted_arg = arg;
}

static void say_nothing(int severity, const char *message)
{
    (void)severity;
    (void)message;
}

void loop_on_broken(void (*fn)(int unused))
{
    event_set_log_callback(say_nothing);
    event_set_fatal_callback(fn);
}

_Noreturn void loop_exhausted(struct loop *loop)
{
    if (loop->on_exhausted)
        loop->on_exhausted(loop->exhausted_arg);
    abort();
}

struct deferred {
    struct deferred **back, *next;
    struct event *event;
    void (*fn)(void *);
    void *arg;
};

static void deferred_free(struct deferred *call)
{
    *call->back = call->next;
    if (call->next)
        call->next->back = call->back;
    event_free(call->event);
    free(call);
}

static void run_deferred(evutil_socket_t fd, short what, void *arg)
{
    struct deferred *call = arg;
    void (*fn)(void *) = call->fn;
    void *fn_arg = call->arg;

    (void)fd;
    (void)what;
    deferred_free(call);
    fn(fn_arg);
}

void loop_defer(struct loop *loop, void (*fn)(void *arg), void *arg)
{
    static const struct timeval at_once = {0, 0};
    struct deferred *call = calloc(1, sizeof *call);

    if (!call || !(call->event = evtimer_new(loop->base, run_deferred, call)) ||
        evtimer_add(call->event, &at_once) != 0)
        loop_exhausted(loop);
    call->fn = fn;
    call->arg = arg;
    call->next = loop->deferred;
    call->back = &loop->deferred;
    if (call->next)
        call->next->back = &call->next;
    loop->deferred = call;
}

void loop_free(struct loop *loop)
{
    if (!loop)
        return;
    while (loop->deferred)
        deferred_free(loop->deferred);
    event_base_free(loop->base);
    free(loop);
}

struct task {
    struct loop *loop;
    struct event *event;
    void (*fn)(void *);
    void *arg;
};

static void run_task(evutil_socket_t fd, short what, void *arg)
{
    struct task *task = arg;

    (void)fd;
    (void)what;
    task->fn(task->arg);
}

struct task *task_new(struct loop *loop, void (*fn)(void *arg), void *arg)
{
    struct task *task = calloc(1, sizeof *task);

    if (!task)
        return NULL;
    *task = (struct task){.loop = loop, .fn = fn, .arg = arg};
    task->event = evtimer_new(loop->base, run_task, task);
    if (!task->event) {
        free(task);
        return NULL;
    }
    return task;
}

struct task *task_new_long(struct loop *loop, void (*fn)(void *arg), void *arg)
{
    struct task *task = task_new(loop, fn, arg);

    if (task)
        event_priority_set(task->event, LAST_PRIORITY);
    return task;
}

void task_schedule(struct task *task)
{
    static const struct timeval at_once = {0, 0};

    if (!evtimer_pending(task->event, NULL) && evtimer_add(task->event, &at_once) != 0)
        loop_exhausted(task->loop);
}

void task_schedule_at(struct task *task, int64_t at_ms)
{
    struct timeval wait = loop_time_to(task->loop, at_ms);

    if (evtimer_add(task->event, &wait) != 0)
        loop_exhausted(task->loop);
}

void task_cancel(struct task *task)
{
    evtimer_del(task->event);
}

void task_free(struct task *task)
{
    if (!task)
        return;
    event_free(task->event);
    free(task);
}

void loop_run(struct loop *loop)
{
    event_base_dispatch(loop->base);
}

void loop_stop(struct loop *loop)
{
    event_base_loopbreak(loop->base);
}
