/* cmd/io/powers.h - what root may do and others may not: whether this process may, and how it ceases to.
 *
 * A process that was started as root becomes another user, with its own group and no others, and without capabilities
 * (capabilities(7)): "mailready" of /etc/passwd, else "nobody".  Only local users are looked at: a directory server may
 * not answer.  Nobody of that name can trace it, or read what is in its memory.
 *
 * Where root is a name only (a user namespace without other users, a container that took away the right to change), it
 * stays root without capabilities: that may do no more than the user who owns the namespace, or root's own files.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

struct own_user {
    uid_t user;
    gid_t group;
};

struct own_user own_user_find(void); /* to be asked before files can no longer be opened */
/* Root, of whatever namespace, or anybody with a capability. */
bool powers_any(void);
/* Gives them up for good; true where there are none.  `readable` (sandbox.h) is what libraries read later: where the
 * own user may not, nothing is given up, since a certificate that this machine cannot read would be told as another
 * one's fault. */
bool powers_give_up(const struct own_user *, const char *const *readable);
