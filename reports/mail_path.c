/* reports/mail_path.c - reads the way of mail out of the evidence. */

#include "reports/mail_path.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/facts/evidence.h"

static const void *value_of(struct arena *arena, const struct result *result, const struct key *key)
{
    const struct evidence *evidence = result_evidence(result, key_text(arena, key));

    return evidence ? evidence->value : NULL;
}

static const struct dns_answer *answer_of(struct arena *arena, const struct result *result, const char *name,
                                          enum dns_type type)
{
    return value_of(arena, result, &(struct key){.kind = EVIDENCE_DNS, .name = name, .type = type, .nth = 1});
}

static enum link forward_link(const struct dns_answer *forward, const struct ip *ip)
{
    if (!forward || forward->status == DNS_UNKNOWN)
        return LINK_OPEN;
    return dns_answer_has_ip(forward, ip) ? LINK_HOLDS : LINK_BROKEN;
}

static void look_up(struct arena *arena, const struct result *result, struct mail_path *path)
{
    const struct ip *ip = &path->address->ip;
    struct path_name *names;

    path->ptr = answer_of(arena, result, ip_reverse_name(arena, ip), DNS_PTR);
    path->reverse = !path->ptr || path->ptr->status == DNS_UNKNOWN ? LINK_OPEN
                    : path->ptr->count                             ? LINK_HOLDS
                                                                   : LINK_BROKEN;
    if (path->ptr && path->ptr->count) {
        names = ARENA_ARRAY(arena, struct path_name, path->ptr->count);
        for (size_t i = 0; i < path->ptr->count; i++) {
            names[i].name = path->ptr->records[i].name;
            names[i].forward = answer_of(arena, result, names[i].name, ip->family == IP_V4 ? DNS_A : DNS_AAAA);
            names[i].link = forward_link(names[i].forward, ip);
        }
        path->names = names;
        path->name_count = path->ptr->count;
    }
    if (path->address->mx_name)
        path->session = value_of(arena, result,
                                 &(struct key){.kind = EVIDENCE_SMTP,
                                               .name = path->address->mx_name,
                                               .ip = *ip,
                                               .port = result->target->smtp_port,
                                               .nth = 1});
}

const struct mail_path *mail_paths(struct arena *arena, const struct result *result)
{
    const struct inventory *mail = result->inventory;
    struct mail_path *paths;

    if (!mail)
        return NULL;
    paths = ARENA_ARRAY(arena, struct mail_path, mail->address_count + 1);
    for (size_t i = 0; i < mail->address_count; i++) {
        paths[i].address = &mail->addresses[i];
        look_up(arena, result, &paths[i]);
    }
    return paths;
}

struct str session_banner(const struct smtp_session *session)
{
    return session && session->greeting.line_count ? smtp_reply_text(&session->greeting, 0) : (struct str){NULL, 0};
}

struct str session_ehlo(const struct smtp_session *session)
{
    if (session && session->ehlo.line_count)
        return smtp_reply_name(&session->ehlo);
    return session && session->helo.line_count ? smtp_reply_name(&session->helo) : (struct str){NULL, 0};
}
