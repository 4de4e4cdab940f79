/* cmd/io/powers.c - users, groups and capabilities of this process. */
#include "cmd/io/powers.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/capability.h>

#include "core/collect/tls/anchors.h"

enum { NOBODY = 65534 };

int setresuid(uid_t real, uid_t effective, uid_t saved); /* of Linux; <unistd.h> has them for who asks for all of GNU */
int setresgid(gid_t real, gid_t effective, gid_t saved);

struct own_user own_user_find(void)
{
    static const char *const names[] = {"mailready", "nobody"};
    enum { NAMES = sizeof names / sizeof *names };
    struct own_user user = {NOBODY, NOBODY};
    FILE *file = fopen("/etc/passwd", "re");
    const struct passwd *entry;
    size_t best = NAMES;

    while (file && (entry = fgetpwent(file))) {
        for (size_t i = 0; i < best; i++)
            if (strcmp(entry->pw_name, names[i]) == 0 && entry->pw_uid != 0) {
                user = (struct own_user){entry->pw_uid, entry->pw_gid};
                best = i;
            }
    }
    if (file)
        fclose(file);
    return user;
}

/* ---- capabilities: the C library has no functions for them ---- */

struct capabilities {
    struct __user_cap_data_struct at[_LINUX_CAPABILITY_U32S_3];
};

static bool get(struct capabilities *own)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};

    return syscall(__NR_capget, &header, own->at) == 0;
}

static bool give_up_all(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    const struct capabilities none = {0};

    return syscall(__NR_capset, &header, none.at) == 0;
}

static bool has(int capability)
{
    struct capabilities own = {0};

    return get(&own) && own.at[CAP_TO_INDEX(capability)].effective & CAP_TO_MASK(capability);
}

bool powers_any(void)
{
    struct capabilities own = {0};

#ifdef UNCONFINED
    return false;
#endif
    if (geteuid() == 0 || getuid() == 0 || !get(&own))
        return true;
    for (size_t i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
        if (own.at[i].permitted || own.at[i].inheritable)
            return true;
    return false;
}

/* ---- what the own user may not read ---- */

static bool is_denied(int directory, const char *name)
{
    int fd = openat(directory, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

    if (fd >= 0)
        close(fd);
    return fd < 0 && errno == EACCES;
}

static bool is_denied_within(const char *path)
{
    DIR *directory = opendir(path);
    const struct dirent *entry;
    bool found = false;

    while (directory && !found && (entry = readdir(directory)))
        found = anchors_is_by_hash(entry->d_name) && is_denied(dirfd(directory), entry->d_name);
    if (directory)
        closedir(directory);
    return found;
}

static bool is_any_denied(const char *const *paths)
{
    for (; paths && *paths; paths++)
        if (is_denied(AT_FDCWD, *paths) || is_denied_within(*paths))
            return true;
    return false;
}

/* ---- users ---- */

/* A parent that could not end the process of another user would wait for it without end. */
static bool may_change(void)
{
    return has(CAP_SETUID) && has(CAP_SETGID) && has(CAP_KILL);
}

/* False: some of what must be read then cannot be, and nothing has changed but that there are no other groups.  True
 * also where it is nobody's to change. */
static bool change_user(const struct own_user *own, const char *const *readable)
{
    if (geteuid() != 0 || !may_change())
        return true;
    if (setgroups(0, NULL) != 0 || setresgid(own->group, own->group, 0) != 0 ||
        setresuid(own->user, own->user, 0) != 0)
        return errno == EPERM || errno == EINVAL; /* there is no other user here */
    if (is_any_denied(readable)) {
        setresuid(0, 0, 0);
        setresgid(0, 0, 0);
        return false;
    }
    return setresgid(own->group, own->group, own->group) == 0 && setresuid(own->user, own->user, own->user) == 0;
}

/* The kernel forgets with a change of users that the process is to end with its parent. */
bool powers_give_up(const struct own_user *own, const char *const *readable)
{
    int with_parent = 0;
    bool done;

    if (!powers_any())
        return true;
    prctl(PR_GET_PDEATHSIG, &with_parent);
    done = change_user(own, readable) && give_up_all() && prctl(PR_SET_DUMPABLE, 0) == 0;
    return prctl(PR_SET_PDEATHSIG, with_parent) == 0 && done;
}
