/* SPF over a random zone: it ends, within the limits of RFC 7208 4.6.4 and our own, with the same result in whatever
 * order answers arrive.  Bytes choose names, record types and terms, so that most zones are more than noise. */
#include "core/base/str.h"
#include "core/derive/spf.h"
#include "tests/zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NAMES = 12, TEXT_MAX = 4000, ORDERS = 3, QUESTIONS_MAX = 2 * DNS_QUERIES_PER_AUDIT };

static const char *const terms[] = {
    "a",
    "a:@",
    "mx",
    "mx:@/24//64",
    "ptr",
    "ptr:@",
    "include:@",
    "-include:@",
    "?mx:@",
    "redirect=@",
    "exists:@",
    "exists:%{i}.@",
    "exp=@",
    "ip4:11.0.0.9",
    "ip6:2600::/16",
    "ip4:0.0.0.0/1",
    "-all",
    "~all",
    "+all",
    "a:%{p}.@",
    "include:%{d}",
    "include:%{l}.%{d2}",
    "a:%{h}",
    "redirect=%{o}",
    "x=%{s}",
    "broken",
    "a:%{ir}.%{v}.@",
    "include:%{d}.@",
    "exists:%{d}.%{d}.%{d}.%{d}.%{d}",
    "~a:@",
    "ip4:11.0.0.0/16",
    "%{p} is not allowed",
};
enum { TERMS = sizeof terms / sizeof *terms };

struct bytes {
    const uint8_t *at;
    size_t left;
};

static unsigned next(struct bytes *b)
{
    if (!b->left)
        return 0;
    b->left--;
    return *b->at++;
}

static const char *name_at(struct zone *zone, unsigned n)
{
    return n % NAMES == 0 ? "example.com" : str_printf(zone->arena, "n%u.example.com", n % NAMES);
}

static struct str text_from(struct zone *zone, struct bytes *b)
{
    const char *text = "v=spf1";

    for (unsigned code = next(b); code && strlen(text) < TEXT_MAX; code = next(b)) {
        const char *term = terms[code % TERMS], *at = strchr(term, '@');

        text = at ? str_printf(zone->arena, "%s %.*s%s%s", text, (int)(at - term), term, name_at(zone, next(b)), at + 1)
                  : str_printf(zone->arena, "%s %s", text, term);
    }
    return str_of(text);
}

static void add_set(struct zone *zone, struct bytes *b)
{
    unsigned kind = next(b);
    const char *name = name_at(zone, next(b));
    struct ip ip;

    switch (kind % 7) {
    case 0:
        zone_break(zone, name);
        break;
    case 1:
        ip_parse(next(b) & 1 ? "11.0.0.9" : "11.0.0.8", &ip);
        zone_add(zone, name, (struct dns_record){.type = DNS_A, .ip = ip});
        break;
    case 2:
        ip_parse(next(b) & 1 ? "2600::9" : "2600::8", &ip);
        zone_add(zone, name, (struct dns_record){.type = DNS_AAAA, .ip = ip});
        break;
    case 3:
        zone_add(zone, name, (struct dns_record){.type = DNS_MX, .mx = {(uint16_t)next(b), name_at(zone, next(b))}});
        break;
    case 4:
        zone_add(zone, "9.0.0.11.in-addr.arpa", (struct dns_record){.type = DNS_PTR, .name = name});
        break;
    case 5:
        zone_add(zone, name, (struct dns_record){.type = DNS_CNAME, .name = name_at(zone, next(b))});
        break;
    default:
        zone_add_txt(zone, name, text_from(zone, b));
        break;
    }
}

struct asked {
    struct spf_question question;
    const struct spf_result *result;
    const struct spf_tree *tree;
};

static void ask(struct run *run, void *arg)
{
    struct asked *a = arg;

    a->tree = need_spf_tree(run, &a->question);
    a->result = need_spf(run, &a->question);
    need_spf_addresses(run, a->question.domain);
}

/* All that a result says, as text in the zone's memory. */
static const char *summary(struct zone *zone, const struct asked *a)
{
    const struct spf_result *r = a->result;
    const char *text =
        str_printf(zone->arena, "%s %s %zu %zu %zu %zu %zu", spf_word_text(r->word), r->why ? r->why : "", r->lookups,
                   r->void_count, a->tree->lookups, a->tree->count, r->path_count);

    for (size_t i = 0; i < r->path_count; i++)
        text =
            str_printf(zone->arena, "%s %s:%s", text, r->path[i].domain, spf_term_text(zone->arena, r->path[i].term));
    return str_printf(zone->arena, "%s [%s]", text, str_text(zone->arena, r->explanation));
}

static const char *run_once(struct zone *zone, struct asked *a, uint64_t seed)
{
    static const struct target target = {.domain = "example.com"};
    struct zone_session session;
    const char *text;

    zone_open(&session, zone, &target, seed);
    zone_run(&session, ask, a);
    if (!a->result || session.run.open_wishes)
        abort();
    if (a->result->lookups > SPF_LOOKUPS + 1 || (a->result->lookups > SPF_LOOKUPS && a->result->word != SPF_PERMERROR))
        abort();
    if (a->result->void_count > SPF_VOIDS && !a->result->by_void_limit)
        abort();
    if (a->tree->count > SPF_RECORDS || zone->questions > QUESTIONS_MAX)
        abort();
    text = summary(zone, a);
    zone_close(&session);
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct zone *zone = zone_new();
    struct bytes b = {data, size};
    unsigned flags = next(&b);
    struct asked a = {
        .question = {.domain = "example.com", .sender = str_of("n1@n2.example.com"), .helo = str_of("n3.example.com")}};
    const char *first;

    ip_parse(flags & 1 ? "2600::9" : "11.0.0.9", &a.question.ip);
    a.question.explain = flags & 2;
    a.question.stranger = flags & 4;
    while (b.left)
        add_set(zone, &b);
    first = run_once(zone, &a, 0);
    for (uint64_t seed = 1; seed <= ORDERS; seed++)
        if (strcmp(first, run_once(zone, &a, seed * 0x9e3779b97f4a7c15u)) != 0)
            abort();
    zone_free(zone);
    return 0;
}
