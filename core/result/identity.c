/* core/result/identity.c - lays the names of every sending address side by side.  (checks.md, section 6) */
#include "core/result/identity.h"

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/derive/inventory.h"
#include "core/derive/mail_path.h"
#include "core/derive/services.h"
#include "core/result/identity_internal.h"

/* Two of each part where there is a load balancer. */
enum { ROWS_MAX = PTR_NAMES_TRIED + 2 * PART_COUNT };

const char *cell_word(enum cell cell)
{
    static const char *const words[CELL_COUNT] = {"none", "ok", "differs", "broken", "unknown"};

    return words[cell];
}

const char *identity_part_word(enum identity_part part)
{
    static const char *const words[PART_COUNT] = {"ptr", "helo", "greeting", "ehlo", "certificate", "helo_spf"};

    return words[part];
}

const char *identity_verdict_word(enum verdict verdict)
{
    return verdict == VERDICT_WARNINGS ? "at_risk" : verdict_word(verdict);
}

static void look_at(struct identity_build *b, struct identity *identity)
{
    size_t room = ROWS_MAX + b->path->helo_count;

    b->rows = ARENA_ARRAY(b->arena, struct identity_name, room);
    b->keys = ARENA_ARRAY(b->arena, const char *, room);
    b->covered = ARENA_ARRAY(b->arena, struct covered, room + 1);
    identity_add_rows(b);
    identity_compare_rows(b);
    identity->names = b->rows;
    identity->name_count = b->count;
    identity->ptr_left_out = b->path->names_left_out;
    identity_judge(b->arena, b->result, identity);
}

static void sort(struct identity *all, size_t count) /* stable */
{
    for (size_t i = 1; i < count; i++) {
        struct identity identity = all[i];
        size_t at = i;

        for (; at > 0 && all[at - 1].verdict < identity.verdict; at--)
            all[at] = all[at - 1];
        all[at] = identity;
    }
}

const struct identity *identities_of(struct arena *arena, const struct result *result, size_t *count)
{
    const struct inventory *mail = result->inventory;
    struct identity *all = ARENA_ARRAY(arena, struct identity, mail ? mail->address_count + 1 : 1);

    *count = 0;
    for (size_t i = 0; result->paths && i < result->paths->count; i++) {
        const struct mail_path *path = &result->paths->at[i];
        struct identity_build b = {.arena = arena, .result = result, .path = path, .sender = path->address};

        if (!address_is_sender(b.sender) || service_of_address(result->services, b.sender))
            continue;
        all[*count].sender = b.sender;
        look_at(&b, &all[(*count)++]);
    }
    sort(all, *count);
    return all;
}
