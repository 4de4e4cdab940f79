/* core/result/cause_command.c - the command that shows whether a cause is gone. */
#include <string.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/facts/target.h"
#include "core/result/cause.h"

enum { SENDERS_MAX = 16 };

/* Remote bytes may be in names: quoted for a shell where they are more than a plain word. */
static const char *quoted(struct arena *arena, const char *word)
{
    const char *text = "'";

    if (*word && strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:=/@,") == strlen(word))
        return word;
    for (; *word; word++)
        text = *word == '\'' ? str_printf(arena, "%s'\\''", text) : str_printf(arena, "%s%c", text, *word);
    return str_printf(arena, "%s'", text);
}

static const char *with_option(struct arena *arena, const char *command, const char *option, const char *value)
{
    return str_printf(arena, "%s %s %s", command, option, quoted(arena, value));
}

static bool has_group(const struct cause *cause, const char *group)
{
    for (size_t i = 0; i < cause->repair_count; i++)
        if (strcmp(check_of(cause->repairs[i]->check)->group, group) == 0)
            return true;
    return false;
}

/* Is a finding about this sender, or about none, so that all matter? */
static bool concerns(const struct cause *cause, const struct sender *sender)
{
    bool any = false;

    if (sender->host || has_group(cause, "spf") || has_group(cause, "dmarc"))
        return true;
    for (size_t i = 0; i < cause->repair_count; i++) {
        if (cause->repairs[i]->about.ip.family == IP_NONE)
            continue;
        any = true;
        if (ip_equal(&cause->repairs[i]->about.ip, &sender->ip))
            return true;
    }
    return !any;
}

static const char *with_senders(struct arena *arena, const char *command, const struct target *target,
                                const struct cause *cause)
{
    size_t count = 0;

    for (size_t i = 0; i < target->sender_count && count < SENDERS_MAX; i++) {
        const struct sender *sender = &target->senders[i];
        const char *text = sender->host ? sender->host : ip_text(arena, &sender->ip);

        if (!concerns(cause, sender))
            continue;
        count++;
        if (sender->helo)
            text = str_printf(arena, "%s=%s", text, sender->helo);
        command = with_option(arena, command, "--sender", text);
    }
    return command;
}

static const char *checks(struct arena *arena, const struct cause *cause)
{
    const char *text = "";
    bool seen[CHECK_COUNT] = {false};

    for (size_t i = 0; i < cause->repair_count; i++) {
        enum check_id id = cause->repairs[i]->check;

        if (!seen[id])
            text = str_printf(arena, "%s%s%s", text, *text ? "," : "", check_of(id)->name);
        seen[id] = true;
    }
    return text;
}

const char *cause_command(struct arena *arena, const struct result *result, const struct cause *cause)
{
    const struct target *target = result->target;
    const char *command = str_printf(arena, "mailready audit %s", quoted(arena, target->domain));
    bool of_identity = has_group(cause, "spf") || has_group(cause, "dmarc") || has_group(cause, "domain");

    command = with_senders(arena, command, target, cause);
    for (size_t i = 0; i < target->selector_count && (has_group(cause, "dkim") || has_group(cause, "dmarc")); i++)
        command = with_option(arena, command, "--dkim", target->selectors[i]);
    for (size_t i = 0; i < target->mail_from_count && of_identity; i++)
        command = with_option(arena, command, "--mail-from", target->mail_froms[i]);
    for (size_t i = 0; i < target->from_count && of_identity; i++)
        command = with_option(arena, command, "--from", target->froms[i]);
    if (target->volume == VOLUME_BULK)
        command = with_option(arena, command, "--volume", "bulk");
    return with_option(arena, command, "--only", checks(arena, cause));
}
