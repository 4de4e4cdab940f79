/* The identity cards of some cases, cell by cell, in the order of addresses: tests/golden/cards.txt.  Without
 * the verdicts, which rest on more than the cases have.  UPDATE=1 in the environment writes it anew. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/result/identity.h"
#include "tests/unit/case_audit.h"

#define GOLDEN "tests/golden/cards.txt"

static const char *const cases[] = {
    "helo/states",
    "helo/states-as-ptr",
    "helo/literal-states",
    "helo/spf-words",
    "helo/load-balancer",
    "helo/assumed",
    "ptr/sender-states",
    "ptr/eleven-all-confirm",
    "ptr/absent-two-hosts",
    "ptr/not-public",
    "banner/names-undeclared",
    "banner/names-declared",
    "banner/ehlo-refused-helo-accepted",
    "banner/masked",
    "banner/refuses-all",
    "smtp/closed-once",
    "smtp/closed-twice",
    "smtp/reset-in-ehlo",
    "smtp/refused-all",
    "tls/good",
    "tls/self-signed",
    "tls/no-names",
    "tls/names-8",
    "tls/names-9",
    "ip/public",
    "domain/apex-states",
    "banner/refusals-of-us",
    "banner/refusal-by-a-host-called-rbl",
    "banner/refuses-for-now",
    "banner/teaser-then-refusal",
    "banner/we-are-blocked",
    "ptr/invalid-names",
    "ptr/name-with-a-thousand-addresses",
    "helo/syntax",
    "env/switched-off-ipv6",
    "banner/code-without-lines",
    "banner/no-answer",
    "banner/teaser-of-another-kind",
    "env/port25-blocked",
    "env/resolver-denies-everything",
    "smtp/greeting-421",
    "smtp/greeting-for-now-ehlo",
    "smtp/second-not-afforded",
    "ptr/no-answer",
    "smtp/our-side",
    "helo/assumed-capped",
    "helo/assumed-no-name",
    "env/vantage-refused",
    "smtp/lost-then-worse",
    "smtp/relay",
    "smtp/switched-off-ipv4",
    "smtp/postmaster",
    "helo/stand-in-ehlo",
    "helo/other-family",
    "smtp/lost-in-handshake-bound",
    "helo/assumed-from-ehlo",
    "banner/belongs-here",
    "dane/authority-wrong-name-kept",
    "dane/handshake-fails",
    "helo/absent-without-ptr-records",
    "helo/alias-ring",
    "helo/no-answer-own-family",
    "helo/no-answer",
    "helo/only-mx-record",
    "helo/spf-fail",
    "helo/spf-permerror",
    "helo/spf-unknown",
    "helo/stand-in-greeting",
    "ptr/eleven",
    "ptr/foreign-name",
    "ptr/forward-no-answer",
    "ptr/invalid",
    "ptr/target-alias-ring",
    "smtp/handshake-failed",
    "tls/handshake-time-out",
    "helo/ptr-partly",
    "helo/reverse-name",
    "helo/spf-none-records",
    "ptr/invalid-beside-valid",
    "ptr/non-matching",
    "tls/covers-the-host-alone",
    "tls/covers-all-but-the-host",
    "tls/covers-some-of-ten",
};

static void print_name(FILE *out, struct arena *arena, const struct identity_name *row)
{
    static const char letters[PART_NAMES] = "phgec";

    fprintf(out, "  %s%s %s %s %s ", identity_part_word(row->part), row->assumed ? "?" : "", cell_word(row->state),
            status_word(row->weight), cell_word(row->leads));
    for (size_t part = 0; part < PART_NAMES; part++)
        if (row->with[part] != CELL_NONE)
            fprintf(out, "%c:%s ", letters[part], cell_word(row->with[part]));
    fprintf(out, "%s", bytes_escape(arena, row->name));
    if (row->says)
        fprintf(out, ": %s", bytes_escape(arena, str_of(row->says)));
    if (row->leads_says && !(row->says && strstr(row->says, row->leads_says)))
        fprintf(out, " (%s)", bytes_escape(arena, str_of(row->leads_says)));
    fputc('\n', out);
}

static void print_card(const struct case_print *cards, const struct identity *card)
{
    fprintf(cards->out, "%s", card->sender->label);
    for (size_t h = 0; h < card->sender->host_count; h++)
        fprintf(cards->out, " %s", card->sender->hosts[h]);
    fputc('\n', cards->out);
    for (size_t n = 0; n < card->name_count; n++)
        print_name(cards->out, cards->arena, &card->names[n]);
}

static void print_cards(struct case_print *cards, const struct result *result)
{
    size_t count;
    const struct identity *all = identities_of(cards->arena, result, &count);

    for (size_t a = 0; a < result->inventory->address_count; a++)
        for (size_t i = 0; i < count; i++)
            if (all[i].sender == &result->inventory->addresses[a])
                print_card(cards, &all[i]);
}

static void cards_are_as_before(void **state)
{
    (void)state;
    are_golden(GOLDEN, cases, sizeof cases / sizeof *cases, print_cards);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(cards_are_as_before)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
