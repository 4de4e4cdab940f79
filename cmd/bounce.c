/* cmd/bounce.c - tells which rule is behind a rejection.  Shows nothing of the text but its code and an address. */
#include "cmd/bounce.h"

#include <stdio.h>
#include <string.h>

#include "cmd/file.h"
#include "cmd/output.h"
#include "cmd/usage.h"
#include "cmd/wrap.h"
#include "core/base/arena.h"
#include "core/base/ip.h"
#include "core/base/str.h"
#include "core/result/bounce.h"
#include "core/result/finding.h"

enum { TEXT_INDENT = 2, STDIN_MOST = 16 * 1024 * 1024 };

/* Several rules may rest on one check: what is to be done about it is told with the first. */
static bool is_told(const struct bounce *bounce, size_t before, const char *check)
{
    for (size_t i = 0; i < before; i++)
        if (strcmp(receiver_rule_check(bounce->matches[i].rule), check) == 0)
            return true;
    return false;
}

static void print_command(struct arena *arena, const struct bounce *bounce, const char *group)
{
    printf("\n%*smailready YOURDOMAIN --only %s", TEXT_INDENT, "", group);
    if (bounce->ip.family != IP_NONE)
        printf(" --sender %s%s", ip_text(arena, &bounce->ip), strcmp(group, "helo") == 0 ? "=HELO" : "");
    putchar('\n');
}

static void print_match(struct arena *arena, const struct bounce *bounce, size_t index)
{
    const struct receiver_rule *rule = bounce->matches[index].rule;
    const char *name = receiver_rule_check(rule);
    enum check_id id;

    printf("\n%s\n", receiver_at(rule->receiver)->title);
    print_wrapped(stdout, rule->words, 0, TEXT_INDENT);
    print_wrapped(stdout, str_printf(arena, "(%s%s%s)", rule->source, *rule->date ? ", as of " : "", rule->date), 0, TEXT_INDENT);
    if (!*name) {
        print_wrapped(stdout, "No check looks at this: it is about the message, not about the server.", 0, TEXT_INDENT);
    } else if (!check_from_name(name, &id)) {
        print_wrapped(stdout, str_printf(arena, "No check of this version looks at this (%s).", name), 0, TEXT_INDENT);
    } else if (!is_told(bounce, index, name)) {
        printf("\n%*s%s: %s\n", TEXT_INDENT, "", name, check_of(id)->title);
        print_wrapped(stdout, check_of(id)->remedy, 0, TEXT_INDENT);
        print_command(arena, bounce, check_of(id)->group);
    } else {
        print_wrapped(stdout, str_printf(arena, "%s, as above", name), 0, TEXT_INDENT);
    }
}

static void print_author(struct arena *arena, const struct bounce *bounce)
{
    const char *code = bounce->code ? str_printf(arena, " The code in it is %s.", bounce->code) : "";

    if (bounce->receiver && bounce->match_count)
        print_wrapped(stdout, str_printf(arena, "Written by %s.%s", bounce->receiver->title, code), 0, 0);
    else if (bounce->receiver)
        print_wrapped(stdout, str_printf(arena, "Written by %s.%s No rule that it has published fits.", bounce->receiver->title, code), 0, 0);
    else if (bounce->match_count)
        print_wrapped(stdout,
                      str_printf(arena, "It cannot be told which receiver wrote this: the same code means different things.%s "
                                        "These rules fit.", code), 0, 0);
    else
        print_wrapped(stdout, str_printf(arena, "No published rule fits, and it cannot be told which receiver wrote this.%s", code), 0, 0);
    if (bounce->match_count && !bounce->matches[0].by_phrase)
        print_wrapped(stdout, "The rules fit by their code only, not by their words.", 0, 0);
}

enum exit_status explain_bounce(struct arena *arena, const char *text)
{
    struct str bytes = str_of(text);
    struct bounce bounce;
    const char *why;

    if (strcmp(text, "-") == 0 && !file_read(arena, "-", STDIN_MOST, &bytes, &why))
        return usage_error(why);
    if (bytes.len == 0)
        return usage_error("explain: --bounce: there is no text");
    bounce = bounce_explain(arena, bytes);
    print_author(arena, &bounce);
    for (size_t i = 0; i < bounce.match_count; i++)
        print_match(arena, &bounce, i);
    if (bounce.match_count == 0) {
        puts("\nWhat can be seen from outside is seen by a whole audit:");
        printf("\n%*smailready YOURDOMAIN", TEXT_INDENT, "");
        if (bounce.ip.family != IP_NONE)
            printf(" --sender %s", ip_text(arena, &bounce.ip));
        putchar('\n');
    }
    return output_stdout_done() ? EXIT_STATUS_READY : EXIT_STATUS_FAULT;
}
