/* core/facts/signed_json.c - describes signed replies as JSON, once for both directions. */

#include "core/facts/evidence_json.h"

#include <stdint.h>

#include "core/base/arena.h"
#include "core/base/json_codec.h"
#include "core/facts/signed_reply.h"

static size_t count_of(const struct signed_reply *reply, bool in_answer)
{
    size_t count = 0;

    for (size_t i = 0; i < reply->count; i++)
        count += reply->records[i].in_answer == in_answer;
    return count;
}

static void read_section(struct json_codec *c, struct wire_record *to, size_t count, bool in_answer)
{
    const char *why;

    for (size_t i = 0; i < count; i++) {
        const char *text = json_borrow(c, NULL, NULL);

        if (text && !wire_record_parse(c->arena, text, &to[i], &why))
            json_fail(c, NULL, "%s", why);
        to[i].in_answer = in_answer;
    }
}

static void write_section(struct json_codec *c, const struct signed_reply *reply, bool in_answer)
{
    for (size_t i = 0; i < reply->count; i++)
        if (reply->records[i].in_answer == in_answer)
            json_borrow(c, NULL, wire_record_text(c->arena, &reply->records[i]));
}

/* Records of a section follow those of the one before. */
static void section(struct json_codec *c, const char *member, struct signed_reply *reply, bool in_answer)
{
    size_t count = json_list(c, member, c->writing ? count_of(reply, in_answer) : 0);
    struct wire_record *all;

    if (count == 0)
        return;
    if (c->writing) {
        write_section(c, reply, in_answer);
    } else {
        all = ARENA_ARRAY(c->arena, struct wire_record, reply->count + count);
        for (size_t i = 0; i < reply->count; i++)
            all[i] = reply->records[i];
        read_section(c, all + reply->count, count, in_answer);
        reply->records = all;
        reply->count += count;
    }
    json_end(c);
}

void signed_reply_json(struct json_codec *c, struct signed_reply *reply, const struct key *key)
{
    bool has_trouble = c->writing ? reply->trouble.reason != REASON_NONE : json_has(c, "reason");
    char server[IP_TEXT_MAX] = "127.0.0.1";

    if (has_trouble)
        reply->trouble = trouble_json(c, reply->trouble, REASON_NONE);
    section(c, "answer", reply, true);
    section(c, "authority", reply, false);
    reply->rcode = (int)json_int(c, "rcode", reply->rcode, -1, 4095, has_trouble ? -1 : 0);
    if (key->ip.family != IP_NONE)
        ip_print(&key->ip, server);
    reply->server = json_text(c, "server", reply->server, reply->rcode < 0 ? "" : str_dup(c->arena, server));
    reply->is_own = json_bool(c, "own", reply->is_own, false);
}
