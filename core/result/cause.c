/* core/result/cause.c - folds findings into causes, and puts these in order. */
#include "core/result/cause.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/result/cause_internal.h"
#include "core/result/receiver.h"

/* A finding that has to be repaired, and the one whose remedy does it: itself, where that stands for itself. */
struct item {
    const struct finding *finding;
    struct item *lead;
};

/* ---- order ---- */

/* In which repairs work: names before what points to them, addresses before PTR before HELO, SPF and DKIM before DMARC,
 * certificates before what pins them; a list takes an address off when all is well. */
static unsigned repair_rank(enum check_id check)
{
    static const char *const order[] = {"dnssec", "domain", "ns",   "mx",    "ip",  "smtp", "ptr",     "helo",
                                        "banner", "spf",    "dkim", "dmarc", "tls", "dane", "mta_sts", "tls_rpt"};
    const char *group = check_of(check)->group;

    for (unsigned i = 0; i < sizeof order / sizeof *order; i++)
        if (strcmp(order[i], group) == 0)
            return i;
    return sizeof order / sizeof *order;
}

/* The lower comes first: what is worse, of that a secret that is out, then as repairs work. */
static unsigned turn(enum status status, const struct finding *f)
{
    unsigned mildness = 2 * (STATUS_COUNT - (unsigned)status) - (f->mark == MARK_SECRET_IS_OUT);

    return mildness * CHECK_COUNT + repair_rank(f->check); /* there are fewer groups than checks */
}

static size_t collect(struct item *items, const struct result *result)
{
    size_t count = 0;

    for (size_t i = 0; i < result->finding_count; i++) {
        const struct finding *f = result->findings[i];
        size_t at = count;

        if (f->status < WARN || f->suppressed)
            continue;
        for (; at > 0 && turn(f->status, f) < turn(items[at - 1].finding->status, items[at - 1].finding); at--)
            items[at] = items[at - 1];
        items[at].finding = f;
        count++;
    }
    for (size_t i = 0; i < count; i++)
        items[i].lead = &items[i];
    return count;
}

/* ---- what is repaired together ---- */

static struct item *root_of(struct item *item)
{
    while (item->lead != item)
        item = item->lead;
    return item;
}

static void go_with(struct item *item, struct item *lead)
{
    root_of(item)->lead = root_of(lead);
}

static bool share_a_record(const struct finding *a, const struct finding *b)
{
    for (size_t i = 0; i < a->records.count; i++)
        for (size_t k = 0; k < b->records.count; k++)
            if (strcmp(a->records.at[i], b->records.at[k]) == 0)
                return true;
    return false;
}

static bool same_name(const char *a, const char *b)
{
    return a && b && name_equal(a, b);
}

/* How surely both are about one thing; -1: they are not. */
static int nearness(const struct finding *a, const struct finding *b)
{
    const struct subject *x = &a->about, *y = &b->about;

    if (strcmp(a->subject, b->subject) == 0)
        return 3;
    if (x->ip.family != IP_NONE && y->ip.family != IP_NONE)
        return ip_equal(&x->ip, &y->ip) ? 2 : -1;
    return same_name(x->name, y->name) || same_name(x->host, y->host) || same_name(x->name, y->host) ? 1 : 0;
}

/* The check whose finding tells how this one is repaired; CHECK_NONE. */
static enum check_id repaired_with(const struct finding *f)
{
    enum cause_id id = cause_id_of(f);

    if (f->because != CHECK_NONE)
        return f->because;
    return id == CAUSE_UNSAID ? CHECK_NONE : cause_kind_at(id)->with;
}

static struct item *teller_of(const struct finding *f, struct item *items, size_t count)
{
    enum check_id with = repaired_with(f);
    struct item *best = NULL;

    for (size_t i = 0; i < count && with != CHECK_NONE; i++) {
        const struct finding *other = items[i].finding;

        if (other == f || other->check != with || (with == f->check && cause_id_of(other) == cause_id_of(f)))
            continue;
        if (nearness(f, other) >= 0 && (!best || nearness(f, other) > nearness(f, best->finding)))
            best = &items[i];
    }
    return best;
}

static void fold(struct item *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct item *teller = teller_of(items[i].finding, items, count);

        if (teller)
            go_with(&items[i], teller);
        for (size_t k = 0; k < i; k++)
            if (share_a_record(items[i].finding, items[k].finding))
                go_with(&items[i], &items[k]);
    }
}

/* Two errands of one kind are one cause with two steps. */
static bool is_of_a_kind(const struct finding *a, const struct finding *b)
{
    return a->check == b->check && cause_id_of(a) == cause_id_of(b);
}

/* ---- a cause ---- */

struct draft {
    const struct finding *lead; /* of its first step */
    const struct finding **repairs;
    size_t repair_count;
    enum status status;
};

static void add_repair(struct arena *arena, struct draft *draft, const struct finding *f)
{
    const struct finding **more = arena_grown(arena, draft->repairs, draft->repair_count, sizeof *more);

    if (more)
        draft->repairs = more;
    draft->repairs[draft->repair_count++] = f;
    if (f->status > draft->status)
        draft->status = f->status;
}

/* Advice of a note that the same record, or the same errand, makes needless. */
static void add_notes(struct arena *arena, struct draft *draft, const struct result *result)
{
    size_t told = draft->repair_count;

    for (size_t i = 0; i < result->finding_count; i++) {
        const struct finding *f = result->findings[i];
        bool goes_along = false;

        if (f->status != NOTE || f->suppressed)
            continue;
        for (size_t k = 0; k < told && !goes_along; k++)
            goes_along = share_a_record(f, draft->repairs[k]);
        if (goes_along)
            add_repair(arena, draft, f);
    }
}

static size_t gather(struct arena *arena, const struct result *result, struct item *items, size_t count,
                     struct draft *drafts)
{
    size_t draft_count = 0;

    for (size_t i = 0; i < count; i++) {
        struct draft *draft = drafts;

        if (items[i].lead != &items[i])
            continue;
        while (draft < drafts + draft_count && !is_of_a_kind(draft->lead, items[i].finding))
            draft++;
        if (draft == drafts + draft_count) {
            *draft = (struct draft){.lead = items[i].finding};
            draft_count++;
        }
        add_repair(arena, draft, items[i].finding);
        for (size_t k = 0; k < count; k++)
            if (&items[k] != &items[i] && root_of(&items[k]) == &items[i])
                add_repair(arena, draft, items[k].finding);
    }
    for (size_t d = 0; d < draft_count; d++)
        add_notes(arena, &drafts[d], result);
    return draft_count;
}

static bool is_needed_by(const struct draft *first, const struct draft *then)
{
    for (size_t i = 0; i < first->repair_count; i++)
        for (size_t k = 0; k < then->repair_count; k++)
            if (records_are_needed(&first->repairs[i]->records, &then->repairs[k]->records))
                return true;
    return false;
}

static void move(struct draft *drafts, size_t from, size_t to)
{
    struct draft draft = drafts[from];

    for (; from > to; from--)
        drafts[from] = drafts[from - 1];
    drafts[to] = draft;
}

static void sort(struct draft *drafts, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        size_t at = i;

        while (at > 0 && turn(drafts[i].status, drafts[i].lead) < turn(drafts[at - 1].status, drafts[at - 1].lead))
            at--;
        move(drafts, i, at);
    }
    for (size_t i = 0; i < count; i++) /* a name is made before a record names it */
        for (size_t k = i + 1; k < count; k++)
            if (is_needed_by(&drafts[k], &drafts[i]) && !is_needed_by(&drafts[i], &drafts[k]))
                move(drafts, k, i);
}

/* ---- receivers ---- */

static bool repairs_it(const struct cause *cause, const struct finding *f)
{
    for (size_t i = 0; i < cause->repair_count; i++)
        if (cause->repairs[i] == f || (f->mark == MARK_POLICY_REJECT && cause->repairs[i]->check == DMARC_ALIGNMENT))
            return true; /* a domain that has its own mail refused need not take back its policy */
    return false;
}

/* The cause that does away with the last reason of the verdict; NULL: some reason stays. */
static struct cause *last_obstacle(struct cause *causes, size_t count, const struct receiver_verdict *v)
{
    struct cause *last = NULL;

    for (size_t r = 0; r < v->reason_count; r++) {
        size_t i = 0;

        while (i < count && (!v->reasons[r].finding || !repairs_it(&causes[i], v->reasons[r].finding)))
            i++;
        if (i == count)
            return NULL;
        if (!last || &causes[i] > last)
            last = &causes[i];
    }
    return last;
}

static void name_who_is_freed(struct arena *arena, const struct result *result, struct cause *causes, size_t count)
{
    for (size_t i = 0; i < result->receiver_count; i++) {
        const struct receiver_verdict *v = &result->receivers[i];
        struct cause *cause = NULL;
        const struct receiver_verdict **more;

        if ((v->outcome == RECEIVER_REJECTS || v->outcome == RECEIVER_AT_RISK) &&
            receiver_is_shown(result->target, v->receiver))
            cause = last_obstacle(causes, count, v);
        if (!cause)
            continue;
        more = arena_grown(arena, cause->frees, cause->free_count, sizeof *more);
        if (more)
            cause->frees = more;
        cause->frees[cause->free_count++] = v;
    }
}

const struct cause *causes_of(struct arena *arena, const struct result *result, size_t *count)
{
    struct item *items = ARENA_ARRAY(arena, struct item, result->finding_count + 1);
    struct draft *drafts = ARENA_ARRAY(arena, struct draft, result->finding_count + 1);
    size_t item_count = collect(items, result);
    struct cause *causes;

    fold(items, item_count);
    *count = gather(arena, result, items, item_count, drafts);
    sort(drafts, *count);
    causes = ARENA_ARRAY(arena, struct cause, *count + 1);
    for (size_t i = 0; i < *count; i++) {
        enum cause_id id = cause_id_of(drafts[i].lead);

        causes[i] = (struct cause){
            .name = cause_name(arena, drafts[i].lead),
            .status = drafts[i].status,
            .text = id == CAUSE_UNSAID ? str_printf(arena, "Not so: %s", check_of(drafts[i].lead->check)->title)
                                       : cause_kind_at(id)->text,
            .actor = id == CAUSE_UNSAID ? ACTOR_MAIL_SERVER : cause_kind_at(id)->actor,
            .repairs = drafts[i].repairs,
            .repair_count = drafts[i].repair_count};
    }
    cause_steps(arena, causes, *count);
    name_who_is_freed(arena, result, causes, *count);
    for (size_t i = 0; i < *count; i++)
        causes[i].command = cause_command(arena, result, &causes[i]);
    return causes;
}

size_t cause_number(const struct result *result, const struct finding *f)
{
    for (size_t i = 0; i < result->cause_count; i++)
        for (size_t k = 0; k < result->causes[i].repair_count; k++)
            if (result->causes[i].repairs[k] == f)
                return i + 1;
    return 0;
}
