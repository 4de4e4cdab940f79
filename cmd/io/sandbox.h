/* cmd/io/sandbox.h - takes rights away from this process, before it reads the first octet of a peer.
 *
 * From then on it starts no program and no process, listens nowhere, traces nobody, and opens no file but the few that
 * libraries read; files are made in the directories of its own reports and journal alone.  What must be open is opened
 * before.  By Landlock (landlock(7)) and seccomp (seccomp(2)): nothing here can be taken back.  Where it was started as
 * root, it ceases to be (powers.h).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "cmd/io/powers.h"

enum sandbox_part {
    SANDBOX_FILES = 1, /* Landlock */
    SANDBOX_CALLS = 2, /* seccomp */
    SANDBOX_POWERS = 4,
    SANDBOX_WHOLE = SANDBOX_FILES | SANDBOX_CALLS | SANDBOX_POWERS
};

struct sandbox {
    /* Beside those of the system's libraries: files, directories, and where links in these lead.  NULL ends it. */
    const char *const *readable;
    const int *writable;         /* directories, open, in which files may be made and removed; -1 ends it */
    const int *emptied;          /* those from which a directory may be removed */
    struct own_user user;        /* that it is to be instead of root */
    bool keeps_powers;           /* it meets no peer, and writes files that only root may write */
    bool has_workers; /* it may make processes and end them; these enter a sandbox of their own, within this one */
};

/* The parts that hold: what this kernel does not have, does not. */
unsigned sandbox_enter(const struct sandbox *);
