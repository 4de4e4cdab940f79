/* core/derive/dkim.c - the keys of declared selectors. */
#include "core/derive/dkim.h"

#include <inttypes.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/derive/run.h"
#include "core/facts/target.h"
#include "core/records/dkim_key.h"

enum { NAME_OCTETS_MAX = 253 };

const char *dkim_selector_alone(struct arena *arena, const char *given)
{
    static const char suffix[] = "._domainkey";

    for (const char *at = strchr(given, '.'); at; at = strchr(at + 1, '.')) {
        bool ends =
            str_starts_nocase(str_of(at), suffix) && (at[sizeof suffix - 1] == '.' || at[sizeof suffix - 1] == '\0');

        if (ends && at > given)
            return str_text(arena, (struct str){given, (size_t)(at - given)});
    }
    return given;
}

bool dkim_has_usable_key(struct arena *arena, const struct dns_answer *answer)
{
    for (size_t i = 0; i < answer->count; i++) {
        struct dkim_key key = dkim_key_parse(arena, answer->records[i].txt.joined);

        if (dkim_key_is_accepted(&key))
            return true;
    }
    return false;
}

static bool has_text(const struct dns_answer *answer, struct str text)
{
    for (size_t i = 0; i < answer->count; i++)
        if (str_equal(answer->records[i].txt.joined, text))
            return true;
    return false;
}

/* As sets: name servers turn the order. */
bool dkim_same_texts(const struct dns_answer *a, const struct dns_answer *b)
{
    if (a->status != DNS_OK || b->status != DNS_OK || a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (!has_text(b, a->records[i].txt.joined) || !has_text(a, b->records[i].txt.joined))
            return false;
    return true;
}

const struct dns_answer *need_nobodys_selector(struct run *run)
{
    const int64_t *now = need_now(run);

    return now ? need_dns(
                     run,
                     str_printf(run_arena(run), "mailready-%" PRId64 "._domainkey.%s", *now, run_target(run)->domain),
                     DNS_TXT)
               : NULL;
}

enum dkim_presence need_dkim_presence(struct run *run)
{
    const struct target *target = run_target(run);
    enum dkim_presence presence = target->selector_count ? DKIM_ABSENT : DKIM_UNKNOWN;

    for (size_t i = 0; i < target->selector_count; i++) {
        const char *owner = str_printf(run_arena(run), "%s._domainkey.%s",
                                       dkim_selector_alone(run_arena(run), target->selectors[i]), target->domain);
        const struct dns_answer *answer;

        if (strlen(owner) > NAME_OCTETS_MAX)
            continue;
        answer = need_dns(run, owner, DNS_TXT);
        if (!answer)
            return DKIM_PENDING;
        if (answer->status == DNS_OK && dkim_has_usable_key(run_arena(run), answer))
            return DKIM_PRESENT;
        if (answer->status == DNS_UNKNOWN && !answer->chain_loops && !answer->chain_too_long)
            presence = DKIM_UNKNOWN;
    }
    return presence;
}
