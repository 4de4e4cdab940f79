/* core/base/loop.h - the event loop and the clocks.  libevent's home. */
#pragma once

#include <stdint.h>
#include <sys/time.h>

struct event_base;
struct loop;

struct loop *loop_new(void); /* NULL: no memory or descriptors */
void loop_free(struct loop *);
struct event_base *loop_base(struct loop *); /* for the collectors */
int64_t loop_now_ms(const struct loop *);    /* monotonic, never cached */
struct timeval loop_time_to(const struct loop *, int64_t at_ms); /* 0 when it has gone by */

/* The wall clock, seconds since 1970: as it was when the loop was made, and what
 * has gone by since, suspension included.  A clock that is set in mid-run moves
 * nothing: all that one run says about dates rests on one clock, right or wrong. */
int64_t loop_wall_s(const struct loop *);

/* Without memory to wake those who wait, they would wait for ever: then
 * `fn` is called, and must not return.  Without one the program aborts. */
void loop_on_exhausted(struct loop *, void (*fn)(void *arg), void *arg);
_Noreturn void loop_exhausted(struct loop *);

/* Where libevent gives up, for want of descriptors mostly, it would end the process with exit status 1, after a line of
 * its own.  For the whole process: `fn` is called, and must not return; what libevent says is not printed. */
void loop_on_broken(void (*fn)(int unused));

/* Runs `fn(arg)` in a later turn, never from inside this call.  The entry is
 * freed by itself; what is still deferred when the loop is freed is forgotten. */
void loop_defer(struct loop *, void (*fn)(void *arg), void *arg);

/* Work that is scheduled again and again, at most once at a time.  Owned by whoever made it. */
struct task;
struct task *task_new(struct loop *, void (*fn)(void *arg), void *arg); /* NULL: no memory */
/* For work that takes milliseconds: what comes from the network and what is due are seen
 * to before each, so that a thousand of them in a row don't make servers look slow. */
struct task *task_new_long(struct loop *, void (*fn)(void *arg), void *arg); /* NULL: no memory */
void task_schedule(struct task *);                  /* in a later turn, as soon as may be; no-op while scheduled */
void task_schedule_at(struct task *, int64_t at_ms); /* replaces what was scheduled */
void task_cancel(struct task *);                    /* no-op where nothing is scheduled */
void task_free(struct task *);                      /* NULL is fine */

void loop_run(struct loop *);  /* until loop_stop() or nothing is left to wait for */
void loop_stop(struct loop *);
