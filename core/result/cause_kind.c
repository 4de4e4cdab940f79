/* core/result/cause_kind.c - the tables of causes.def. */
#include "core/result/cause_kind.h"

#include <assert.h>

#include "core/base/arena.h"
#include "core/base/str.h"

static const struct cause_kind kinds[CAUSE_COUNT] = {
#define CAUSE(id, check, with, name, actor, text, remedy, bad, good)                                                   \
    [CAUSE_##id] = {check, with, name, ACTOR_##actor, text, remedy, bad, good},
#include "core/result/causes.def"
#undef CAUSE
};

const struct cause_kind *cause_kind_at(enum cause_id id)
{
    return &kinds[id];
}

enum cause_id cause_first(enum check_id check)
{
    for (enum cause_id id = CAUSE_UNSAID + 1; id < CAUSE_COUNT; id++)
        if (kinds[id].check == check)
            return id;
    return CAUSE_UNSAID;
}

enum cause_id cause_id_of(const struct finding *f)
{
    return f->cause ? f->cause : cause_first(f->check);
}

const char *cause_remedy(enum cause_id id)
{
    return kinds[id].remedy ? kinds[id].remedy : check_of(kinds[id].check)->remedy;
}

const char *cause_name(struct arena *arena, const struct finding *f)
{
    enum cause_id id = cause_id_of(f);

    if (id == CAUSE_UNSAID || f->status == PASS || f->status == SKIPPED || f->status == UNKNOWN)
        return NULL;
    return str_printf(arena, "%s/%s", check_of(f->check)->name, kinds[id].name);
}

const char *finding_advice(const struct finding *f)
{
    if (f->remedy)
        return f->remedy;
    return f->cause ? cause_remedy(f->cause) : check_of(f->check)->remedy;
}

static const struct {
    const char *word, *text;
} actors[] = {
    [ACTOR_MAIL_SERVER] = {"mail_server", "the administrator of the mail server"},
    [ACTOR_DNS] = {"dns_zone", "whoever runs the DNS zone"},
    [ACTOR_ADDRESS] = {"address_owner", "whoever assigned you the address (provider, data centre)"},
    [ACTOR_WEB_SERVER] = {"web_server", "the administrator of the web server"},
    [ACTOR_APPLICATION] = {"sending_application", "whoever runs the application or service that sends the mail"},
    [ACTOR_SERVICE] = {"named_service", "the organisation that is named"},
    [ACTOR_LIST] = {"list_operator", "you, and then the operator of the list"},
    [ACTOR_HERE] = {"this_machine", "you, at the machine that ran this audit"},
};
static_assert(sizeof actors / sizeof *actors == ACTOR_COUNT, "words for every actor");

const char *actor_word(enum actor actor)
{
    return actors[actor].word;
}

const char *actor_text(enum actor actor)
{
    return actors[actor].text;
}
