/* core/collect/smtp/smtp_session.h - what the SMTP collector and its sessions share.  For the files of
 * core/collect/smtp only.
 *
 * A session is queued, begins when the peer may be visited, makes its evidence known exactly once, and frees itself
 * when its connection is over.
 */
#pragma once

#include <stdbool.h>

#include "core/collect/smtp/smtp.h"

struct politeness;
struct session;
struct tls;

struct smtp {
    struct loop *loop;
    struct smtp_config config; /* copied, with what it points to */
    struct politeness *politeness;
    struct tls *tls, *obsolete_tls; /* the latter for SMTP_TRIAL_OLD_TLS, and for nothing else */
    struct session *sessions; /* those that wait, too */
};

/* `seen` is the evidence's value so far, in its arena.  False: no memory, nothing happened.  May exhaust the arena. */
bool session_queue(struct smtp *, struct evidence *, struct smtp_session *seen);
void session_abandon(struct session *); /* hangs up; its evidence stays unknown */
