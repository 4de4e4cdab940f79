/* cmd/bounce_count.c - a table of causes, the most frequent first, and under each the receivers that refuse for it. */
#include "cmd/bounce_count.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "cmd/options/wrap.h"
#include "core/base/arena.h"
#include "core/base/ip.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/result/bounce.h"

enum {
    INDENT = 2,
    CAUSES = (int)CHECK_COUNT + (int)BOUNCE_OTHER_COUNT + 1, /* checks, what is none of ours, the sender's own mailer */
    OWN = CAUSES - 1,
    RECEIVERS_MAX = 400, /* with a name; the others are counted together */
    NAME_MAX_OCTETS = 80,
    SENDERS_MAX = 4,
    SHOWN_MAX = 8 /* receivers of one cause */
};

struct senders { /* that were refused for one cause, as far as the texts show */
    struct ip at[SENDERS_MAX];
    size_t count;
};

struct bounce_count {
    size_t causes[CAUSES];
    struct senders senders[CAUSES];
    char receivers[RECEIVERS_MAX + 1][NAME_MAX_OCTETS];
    size_t receiver_count;
    size_t cells[CAUSES][RECEIVERS_MAX + 1]; /* the last column: of those that found no room */
    size_t total;
};

struct bounce_count *bounce_count_new(struct arena *arena)
{
    return ARENA_NEW(arena, struct bounce_count);
}

static size_t cause_of(const struct bounce *bounce)
{
    if (bounce->local)
        return OWN;
    return bounce->causes.count ? (size_t)bounce->causes.checks[0] : CHECK_COUNT + (size_t)bounce->causes.other;
}

/* A receiver by its name, any other host by the domain that it belongs to; software is no name. */
static void name_of(const struct bounce *bounce, char out[NAME_MAX_OCTETS])
{
    char host[NAME_MAX_OCTETS];

    snprintf(host, sizeof host, "%.*s", (int)(bounce->host.len < sizeof host ? bounce->host.len : sizeof host - 1),
             bounce->host.at ? bounce->host.at : "");
    if (bounce->receiver && (*bounce->receiver->hosts || !*host))
        snprintf(out, NAME_MAX_OCTETS, "%s", bounce->receiver->title);
    else
        snprintf(out, NAME_MAX_OCTETS, "%s", *host ? name_org_domain(host) : "not named");
}

static size_t receiver_of(struct bounce_count *count, const struct bounce *bounce)
{
    char name[NAME_MAX_OCTETS];

    name_of(bounce, name);
    for (size_t i = 0; i < count->receiver_count; i++)
        if (strcmp(count->receivers[i], name) == 0)
            return i;
    if (count->receiver_count == RECEIVERS_MAX)
        return RECEIVERS_MAX;
    memcpy(count->receivers[count->receiver_count], name, sizeof name);
    return count->receiver_count++;
}

static void add_sender(struct senders *senders, const struct ip *ip)
{
    for (size_t i = 0; i < senders->count; i++)
        if (ip_equal(&senders->at[i], ip))
            return;
    if (ip->family != IP_NONE && senders->count < SENDERS_MAX)
        senders->at[senders->count++] = *ip;
}

void bounce_count_add(struct bounce_count *count, const struct bounce *bounce)
{
    size_t cause = cause_of(bounce);

    count->total++;
    count->causes[cause]++;
    count->cells[cause][receiver_of(count, bounce)]++;
    add_sender(&count->senders[cause], &bounce->ip);
}

size_t bounce_count_total(const struct bounce_count *count)
{
    return count->total;
}

static size_t with_cause(const struct bounce_count *count)
{
    size_t sum = 0;

    for (size_t i = 0; i < CHECK_COUNT; i++)
        sum += count->causes[i];
    return sum;
}

bool bounce_count_has_cause(const struct bounce_count *count)
{
    return with_cause(count) > 0;
}

/* The largest that comes behind `last` in falling order, equal
 * ones in their own; SIZE_MAX: none, or before the first. */
static size_t next_largest(const size_t *numbers, size_t count, size_t last)
{
    size_t best = SIZE_MAX;

    for (size_t i = 0; i < count; i++) {
        bool is_behind = last == SIZE_MAX || numbers[i] < numbers[last] || (i > last && numbers[i] == numbers[last]);

        if (numbers[i] && is_behind && (best == SIZE_MAX || numbers[i] > numbers[best]))
            best = i;
    }
    return best;
}

static void print_receivers(const struct bounce_count *count, size_t cause)
{
    const size_t *cells = count->cells[cause];
    size_t shown = 0, left = count->causes[cause];

    for (size_t i = next_largest(cells, RECEIVERS_MAX, SIZE_MAX); i != SIZE_MAX && shown < SHOWN_MAX;
         i = next_largest(cells, RECEIVERS_MAX, i), shown++) {
        printf("%*s%10zu  %s\n", INDENT, "", cells[i], count->receivers[i]);
        left -= cells[i];
    }
    if (left)
        printf("%*s%10zu  others\n", INDENT, "", left);
}

static void print_cause(const struct bounce_count *count, struct arena *arena, enum check_id check)
{
    const struct senders *senders = &count->senders[check];
    bool is_helo = strcmp(check_of(check)->group, "helo") == 0;

    printf("\n%*s%s: %s\n", INDENT, "", check_of(check)->name, check_of(check)->title);
    print_receivers(count, check);
    printf("\n%*smailready YOURDOMAIN --only %s", INDENT, "", check_of(check)->group);
    for (size_t i = 0; i < senders->count; i++)
        printf(" --sender %s%s", ip_text(arena, &senders->at[i]), is_helo ? "=HELO" : "");
    putchar('\n');
}

static void print_others(const struct bounce_count *count)
{
    size_t last = SIZE_MAX;

    while ((last = next_largest(&count->causes[CHECK_COUNT], BOUNCE_OTHER_COUNT, last)) != SIZE_MAX) {
        const char *text = bounce_other_text((enum bounce_other)last);

        printf("\nNo check looks at this: %s\n", text ? text : "the text tells no cause");
        print_receivers(count, CHECK_COUNT + last);
    }
}

void bounce_count_print(const struct bounce_count *count, struct arena *arena, size_t lines)
{
    size_t last = SIZE_MAX;

    print_wrapped(stdout,
                  str_printf(arena, "%zu rejection%s and delay%s in %zu lines; %zu %s a cause that an audit shows.",
                             count->total, count->total == 1 ? "" : "s", count->total == 1 ? "" : "s", lines,
                             with_cause(count), with_cause(count) == 1 ? "has" : "have"),
                  0, 0);
    while ((last = next_largest(count->causes, CHECK_COUNT, last)) != SIZE_MAX)
        print_cause(count, arena, (enum check_id)last);
    print_others(count);
    if (count->causes[OWN]) {
        puts("\nYour own mail server wrote these: the receiver was not reached, or had no say.");
        print_receivers(count, OWN);
    }
}
