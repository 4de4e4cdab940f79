/* core/derive/mail_path.c - puts together what is known of each mail address. */
#include "core/derive/mail_path.h"

#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/derive/absence.h"
#include "core/derive/fcrdns.h"
#include "core/derive/inventory.h"
#include "core/derive/reverse.h"
#include "core/derive/run.h"
#include "core/derive/session.h"

struct build {
    struct run *run;
    const struct inventory *mail;
    struct mail_path *path;
    struct path_helo *helos;
    struct path_host *hosts;
};

struct str session_greeting_name(const struct smtp_session *session)
{
    return session && session->greeting.code == 220 ? smtp_greeting_name(&session->greeting) : (struct str){NULL, 0};
}

struct str session_ehlo_name(const struct smtp_session *session)
{
    return session ? smtp_ehlo_name(session) : (struct str){NULL, 0};
}

struct str session_banner(const struct smtp_session *session)
{
    return session && session->greeting.line_count ? smtp_reply_text(&session->greeting, 0) : (struct str){NULL, 0};
}

static const char *compared(struct run *run, struct str name)
{
    return name_compared(run_arena(run), str_text(run_arena(run), name));
}

/* ---- reverse names ---- */

static enum link link_of(enum confirmation state)
{
    return state == CONFIRMS ? LINK_HOLDS : state == DENIES ? LINK_BROKEN : LINK_OPEN;
}

static void find_names(struct build *b)
{
    struct mail_path *path = b->path;
    struct reverse r = need_reverse(b->run, &path->address->ip);
    const struct fcrdns *found;
    struct path_name *names;

    path->ptr = r.ptr;
    path->trouble = r.trouble;
    path->reverse = r.state == REVERSE_NAMES ? LINK_HOLDS : r.state == REVERSE_ABSENT ? LINK_BROKEN : LINK_OPEN;
    if (r.state != REVERSE_NAMES)
        return;
    found = need_fcrdns(b->run, b->mail, &path->address->ip, r.ptr);
    names = ARENA_ARRAY(run_arena(b->run), struct path_name, found->count + 1);
    for (size_t i = 0; i < found->count; i++)
        names[i] = (struct path_name){found->at[i].name, link_of(found->at[i].state), found->at[i].forward};
    path->names = names;
    path->name_count = found->count;
    path->names_left_out = found->untried;
}

/* ---- sessions ---- */

static void find_sessions(struct build *b)
{
    struct mail_path *path = b->path;
    const struct mail_address *address = path->address;
    const struct smtp_session *first;
    struct trouble trouble;

    if (!address->mx_name)
        return;
    first = need_smtp(b->run, &address->ip, address->mx_name);
    path->session = need_judged_session(b->run, address->mx_name, &address->ip, &trouble);
    if (!path->session)
        path->session = first;
    if (!path->session)
        return;
    if (path->session != first)
        path->lost = first;
    path->other = need_other_session(b->run, address->mx_name, address, path->session);
}

/* ---- the name that it says ---- */

/* A session that is not there, or was not greeted, has none. */
static void assume_helo(struct build *b, const struct smtp_session *session)
{
    struct mail_path *path = b->path;
    const char *name;

    if (!session || session->greeting.code != 220 || !need_helo_stand_in(b->run, &path->address->ip, session, &name) ||
        !*name)
        return;
    if (path->helo_count && name_equal(name, str_text(run_arena(b->run), b->helos[0].name)))
        return;
    b->helos[path->helo_count++] = (struct path_helo){
        str_of(name), name_equal(name, greeting_host_name(b->run, session)) ? HELO_OF_GREETING : HELO_OF_EHLO};
}

static void find_helos(struct build *b)
{
    const struct mail_address *address = b->path->address;

    b->path->helos = b->helos = ARENA_ARRAY(run_arena(b->run), struct path_helo, address->helo_count + 2);
    for (size_t i = 0; i < address->helo_count; i++)
        b->helos[b->path->helo_count++] = (struct path_helo){str_of(address->helos[i]), HELO_DECLARED};
    if (address->helo_count)
        return;
    assume_helo(b, b->path->session);
    assume_helo(b, b->path->other);
}

/* ---- where names lead ---- */

const struct path_host *path_host(const struct mail_path *path, const char *name)
{
    for (size_t i = 0; i < path->host_count; i++)
        if (name_equal(path->hosts[i].name, name))
            return &path->hosts[i];
    return NULL;
}

static void look_up(struct build *b, struct str name)
{
    const char *host = compared(b->run, name);
    bool v6 = b->path->address->ip.family == IP_V6;

    if (!name_is_host(host) || path_host(b->path, host))
        return;
    b->hosts[b->path->host_count++] =
        (struct path_host){host, need_confirmed(b->run, host, v6 ? DNS_AAAA : DNS_A).answer,
                           need_dns(b->run, host, v6 ? DNS_A : DNS_AAAA)};
}

static void look_names_up(struct build *b)
{
    struct mail_path *path = b->path;

    path->hosts = b->hosts = ARENA_ARRAY(run_arena(b->run), struct path_host, path->name_count + path->helo_count + 2);
    for (size_t i = 0; i < path->name_count; i++)
        look_up(b, str_of(path->names[i].name));
    for (size_t i = 0; i < path->helo_count; i++)
        look_up(b, path->helos[i].name);
    look_up(b, session_greeting_name(path->session));
    look_up(b, session_greeting_name(path->other));
}

const struct mail_paths *known_mail_paths(struct run *run, const struct inventory *mail)
{
    struct mail_path *all = ARENA_ARRAY(run_arena(run), struct mail_path, mail->address_count + 1);
    struct mail_paths *paths = ARENA_NEW(run_arena(run), struct mail_paths);

    for (size_t i = 0; i < mail->address_count; i++) {
        struct build b = {.run = run, .mail = mail, .path = &all[i]};

        all[i] = (struct mail_path){.address = &mail->addresses[i]};
        find_names(&b);
        find_sessions(&b);
        find_helos(&b);
        look_names_up(&b);
    }
    *paths = (struct mail_paths){all, mail->address_count};
    return paths;
}
