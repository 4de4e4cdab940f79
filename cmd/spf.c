/* cmd/spf.c - `mailready spf DOMAIN --ip ADDR`: the result of SPF for one sender, and why. */
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/io/output.h"
#include "cmd/io/sandbox.h"
#include "cmd/io/targets.h"
#include "cmd/options/options.h"
#include "cmd/options/settings.h"
#include "cmd/options/usage.h"
#include "core/audit/engine.h"
#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/loop.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/base/trace.h"
#include "core/derive/spf.h"
#include "core/facts/target.h"
#include "reports/sink.h"

enum { INDENT = 2 };

struct spf_command {
    struct arena *arena;
    struct options options;
    struct dns_system resolvers;
    struct target target;
    const char *malformed; /* why the domain is none that can have a record; NULL: it is one */
    struct spf_question question;
    const struct spf_result *result; /* in the run's memory, as long as `done` runs */
    const struct spf_tree *tree;
    struct loop *loop;
    struct trace *trace;
    struct engine *engine;
    enum exit_status status;
    bool done;
};

/* ---- what is asked ---- */

static const char *value_of(const struct options *options, enum option_id id, const char *standard)
{
    const struct option_use *use = options_last(options, id);

    return use ? use->value : standard;
}

static bool read_servers(struct spf_command *c, const char **why)
{
    for (const struct option_use *use = options_next(&c->options, OPT_SPF_RESOLVER, NULL); use;
         use = options_next(&c->options, OPT_SPF_RESOLVER, use)) {
        if (c->resolvers.count == DNS_SYSTEM_MAX ||
            !settings_server(c->arena, use->value, &c->resolvers.servers[c->resolvers.count++])) {
            *why = str_printf(c->arena, "spf: --resolver: \"%s\" is no address of a resolver, or one too many",
                              use->value);
            return false;
        }
    }
    if (!c->resolvers.count)
        settings_system_servers(&c->resolvers);
    return true;
}

static void set_question(struct spf_command *c, const char *domain)
{
    const char *mail_from = value_of(&c->options, OPT_SPF_MAIL_FROM, NULL);

    c->question.domain = domain;
    c->question.helo = str_of(value_of(&c->options, OPT_SPF_HELO, domain));
    c->question.sender = str_of(mail_from ? mail_from : str_printf(c->arena, "postmaster@%s", domain));
    c->question.explain = true;
    c->target = (struct target){.domain = domain, .unicode = name_unicode(c->arena, domain), .smtp_port = 25};
}

static bool read_question(struct spf_command *c, const char **why)
{
    const char *ip = value_of(&c->options, OPT_SPF_IP, NULL), *fault, *domain;

    *why = "spf: one domain is needed, and --ip ADDR; see \"mailready spf --help\"";
    if (c->options.argument_count != 1 || !ip)
        return false;
    domain = domain_from_text(c->arena, str_of(c->options.arguments[0]), &fault);
    if (!ip_parse(ip, &c->question.ip)) {
        *why = str_printf(c->arena, "spf: --ip: \"%s\" is no address", ip);
        return false;
    }
    if (domain)
        set_question(c, domain);
    else
        c->malformed = fault;
    return read_servers(c, why);
}

/* ---- what is printed ---- */

static void put_spaces(struct sink *sink, size_t count)
{
    while (count-- > 0)
        sink_literal(sink, " ");
}

static void print_deciding_term(struct sink *sink, const struct spf_command *c)
{
    const struct spf_result *r = c->result;

    if (r->why) {
        sink_text(sink, r->why);
        sink_literal(sink, "\n");
    }
    if (!r->path_count && !r->why)
        sink_literal(sink, "No term matches, and the record has no end.\n");
    for (size_t i = 0; i < r->path_count; i++) {
        put_spaces(sink, i * INDENT);
        sink_text(sink, r->path[i].domain);
        sink_literal(sink, ": ");
        sink_bytes(sink, r->path[i].term->text);
        sink_literal(sink, ", column ");
        sink_number(sink, (long long)spf_term_column(r->path[i].record, r->path[i].term));
        if (i + 1 == r->path_count && !r->why)
            sink_literal(sink, " - matches");
        sink_literal(sink, "\n");
    }
}

static void print_counts(struct sink *sink, const struct spf_command *c)
{
    const struct spf_result *r = c->result;

    sink_literal(sink, "\nLookups: ");
    sink_number(sink, (long long)r->lookups);
    sink_literal(sink, " in this evaluation, ");
    if (c->tree->cut)
        sink_literal(sink, "at least ");
    sink_number(sink, (long long)c->tree->lookups);
    sink_literal(sink, " when nothing matches early; 10 are allowed.\n");
    if (c->tree->lookups > SPF_LOOKUPS) {
        sink_literal(sink, "Too many: terms that cost ");
        sink_number(sink, (long long)(c->tree->lookups - SPF_LOOKUPS));
        sink_literal(sink, " together must go, see below what each costs; ip4: and ip6: cost nothing.\n");
    }
    for (size_t i = 0; i < r->void_count; i++) {
        sink_text(sink, i ? ", " : "Lookups that found nothing, 2 are allowed: ");
        sink_text(sink, r->voids[i]);
    }
    if (r->void_count)
        sink_literal(sink, "\n");
    if (r->by_void_limit) {
        sink_literal(sink, "A receiver without that limit gets ");
        sink_text(sink, spf_word_text(r->lenient));
        sink_literal(sink, ".\n");
    }
    if (r->explanation.len) {
        sink_literal(sink, "The domain's explanation: ");
        sink_bytes(sink, r->explanation);
        sink_literal(sink, "\n");
    }
}

static const char *state_text(enum spf_node_state state)
{
    switch (state) {
    case SPF_NODE_ABSENT:
        return "no SPF record";
    case SPF_NODE_SEVERAL:
        return "more than one SPF record";
    case SPF_NODE_RING:
        return "a record that is above already: a ring";
    case SPF_NODE_DEPENDS:
        return "a name that depends on the sender's reverse name";
    case SPF_NODE_NO_NAME:
        return "not a name that can be asked for";
    case SPF_NODE_BEYOND:
        return "not looked at: too deep, or too many records";
    default:
        return "";
    }
}

static bool is_visited(const struct spf_result *r, const char *domain)
{
    for (size_t i = 0; i < r->visited_count; i++)
        if (name_equal(r->visited[i], domain))
            return true;
    return false;
}

static void print_node(struct sink *sink, const struct spf_command *c, const struct spf_node *node)
{
    put_spaces(sink, (node->depth + 1) * INDENT);
    sink_bytes(sink, node->via ? node->via->text : str_of(node->domain));
    sink_literal(sink, "  ");
    sink_number(sink, (long long)node->lookups + (node->via != NULL));
    sink_text(sink, node->lookups + (node->via != NULL) == 1 ? " lookup" : " lookups");
    if (node->state != SPF_NODE_DEPENDS && !is_visited(c->result, node->domain))
        sink_literal(sink, ", not evaluated");
    sink_literal(sink, "\n");
    put_spaces(sink, (node->depth + 2) * INDENT);
    if (node->state == SPF_NODE_RECORD)
        sink_bytes(sink, node->source->record->text);
    else
        sink_text(sink, node->state == SPF_NODE_TROUBLE ? node->source->trouble.why : state_text(node->state));
    sink_literal(sink, "\n");
}

/* In the order of the records, children behind their parents: what waits is on a stack. */
static void print_tree(struct sink *sink, const struct spf_command *c)
{
    size_t stack[SPF_RECORDS], height = 0;

    if (!c->tree->count)
        return;
    sink_literal(sink, "\nThe records, each with what it costs:\n");
    stack[height++] = 0;
    while (height > 0) {
        size_t at = stack[--height];

        print_node(sink, c, &c->tree->nodes[at]);
        for (size_t i = c->tree->count; i-- > at + 1;)
            if (c->tree->nodes[i].parent == at && height < SPF_RECORDS)
                stack[height++] = i;
    }
}

/* As spf.authorizes judges it. */
static enum exit_status status_of(enum spf_word word)
{
    switch (word) {
    case SPF_FAIL:
    case SPF_PERMERROR:
        return EXIT_STATUS_FINDINGS;
    case SPF_TEMPERROR:
        return EXIT_STATUS_UNDECIDED;
    default:
        return EXIT_STATUS_READY;
    }
}

static void print_result(struct spf_command *c)
{
    struct sink sink = sink_to(stdout, SINK_TEXT);

    sink_text(&sink, spf_word_text(c->result->word));
    sink_literal(&sink, "\n\n");
    print_deciding_term(&sink, c);
    print_counts(&sink, c);
    print_tree(&sink, c);
    sink_finish(&sink);
}

/* RFC 7208 4.3: check_host() returns none at once, and nothing is asked. */
static enum exit_status print_malformed(const struct spf_command *c)
{
    struct sink sink = sink_to(stdout, SINK_TEXT);

    sink_text(&sink, spf_word_text(SPF_NONE));
    sink_literal(&sink, "\n\n\"");
    sink_text(&sink, c->options.arguments[0]);
    sink_literal(&sink, "\" ");
    sink_text(&sink, c->malformed);
    sink_literal(&sink, ": it can have no record.\n");
    sink_finish(&sink);
    return output_stdout_done() ? status_of(SPF_NONE) : EXIT_STATUS_FAULT;
}

/* ---- asking ---- */

static void ask(struct run *run, void *arg)
{
    struct spf_command *c = arg;

    c->tree = need_spf_tree(run, &c->question);
    c->result = need_spf(run, &c->question);
}

static void finish(void *arg, const struct result *nothing)
{
    struct spf_command *c = arg;

    (void)nothing;
    c->done = true;
    if (!c->result)
        return;
    print_result(c);
    c->status = output_stdout_done() ? status_of(c->result->word) : EXIT_STATUS_FAULT;
}

static void end_without_memory(void *arg)
{
    (void)arg;
    complain("spf: out of memory");
    _exit(EXIT_STATUS_FAULT);
}

static bool start(struct spf_command *c, const char **why)
{
    struct engine_config config = {.audit_ms = options_number(&c->options, OPT_SPF_TIMEOUT, AUDIT_MS / 1000) * 1000};
    bool trace = options_flag(&c->options, OPT_SPF_TRACE);

    *why = no_memory;
    c->loop = loop_new();
    c->trace = trace ? trace_new(stderr) : NULL;
    if (!c->loop || (trace && !c->trace))
        return false;
    loop_on_exhausted(c->loop, end_without_memory, NULL);
    sandbox_enter(&(struct sandbox){.user = own_user_find()});
    config.dns =
        (struct dns_config){.servers = c->resolvers.servers, .server_count = c->resolvers.count, .trace = c->trace};
    config.smtp = (struct smtp_config){.our_name = "localhost", .use_ipv4 = true, .use_ipv6 = true};
    c->engine = engine_new(c->loop, &config, why);
    return c->engine && engine_ask(c->engine, &c->target, 0, ask, finish, c);
}

static enum exit_status spf(struct spf_command *c)
{
    const char *why;

    if (!read_question(c, &why))
        return usage_error(why);
    if (c->malformed)
        return print_malformed(c);
    c->status = EXIT_STATUS_FAULT;
    if (!start(c, &why)) {
        complain("spf: %s", why);
        return EXIT_STATUS_FAULT;
    }
    while (!c->done)
        loop_run(c->loop);
    if (!c->result)
        complain("spf: out of memory");
    return c->status;
}

static enum exit_status run_spf(int argc, char **argv)
{
    struct spf_command *c = calloc(1, sizeof *c);
    volatile enum exit_status status = EXIT_STATUS_FAULT;
    jmp_buf exhausted;

    if (!c || !(c->arena = arena_new(CONFIG_BYTES)) || setjmp(exhausted) != 0) {
        complain("out of memory");
    } else {
        enum exit_status ended = EXIT_STATUS_FAULT;

        arena_on_exhausted(c->arena, &exhausted);
        if (usage_parse(&c->options, c->arena, &spf_command, argc, argv, &ended))
            ended = spf(c);
        status = ended;
    }
    if (c) {
        engine_free(c->engine);
        trace_free(c->trace);
        loop_free(c->loop);
        arena_free(c->arena);
    }
    free(c);
    return status;
}

const struct command spf_command = {
    .name = "spf",
    .synopsis = "DOMAIN --ip ADDR [options]",
    .summary = "tell what SPF says about one sender, and why: the result word first, then the term that decided and "
               "all records",
    .run = run_spf,
};
