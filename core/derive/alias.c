/* core/derive/alias.c - a chain of CNAMEs in words. */
#include "core/derive/alias.h"

#include "core/base/str.h"
#include "core/derive/run.h"
#include "core/facts/dns_answer.h"

const char *alias_chain_text(struct run *run, const struct dns_answer *answer)
{
    const char *text = answer->chain_count ? answer->chain[0].owner : "";

    for (size_t i = 0; i < answer->chain_count; i++)
        text = str_printf(run_arena(run), "%s -> %s", text, answer->chain[i].target);
    return text;
}
