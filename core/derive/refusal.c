/* core/derive/refusal.c - reads what a server said for words that speak of us.  (checks.md, section 7) */
#include "core/derive/refusal.h"

#include <setjmp.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/records/bounce_words.h"

#define W(class) WORD_BIT(class)

enum { ALL_OF_MAX = 4, TEXT_MAX = 4096, SCRATCH_BYTES = 1 << 20 };
enum { COMMAND_UNKNOWN = 500, COMMAND_NOT_IMPLEMENTED = 502 }; /* RFC 5321 4.2.4: whoever says it */

static const struct meaning {
    enum refusal kind;
    uint64_t none_of, all_of[ALL_OF_MAX];
} meanings[] = {
#define REFUSAL(kind, none_of, ...) {REFUSAL_OF_##kind, none_of, {__VA_ARGS__}},
#include "core/derive/refusal.def"
#undef REFUSAL
};

enum { MEANINGS = sizeof meanings / sizeof *meanings };

const char *refusal_text(enum refusal refusal)
{
    static const char *const texts[REFUSAL_COUNT] = {
        "the server takes mail from nobody",
        "the server asks for a reverse name of this machine's address that leads back to it",
        "the server does not take the name that this machine says in EHLO",
        "the server says that this machine's address is on a block list",
        "the server says that this machine's address has a poor reputation",
        "the server refuses this program's own address",
    };

    return texts[refusal];
}

/* ---- meanings ---- */

static bool holds(const struct meaning *meaning, uint64_t classes)
{
    if (classes & meaning->none_of)
        return false;
    for (size_t i = 0; i < ALL_OF_MAX && meaning->all_of[i]; i++)
        if (!(classes & meaning->all_of[i]))
            return false;
    return true;
}

/* By the first of the meanings that a sentence has; *all gets the classes of the whole text. */
static enum refusal meaning_of(struct arena *scratch, struct str text, uint64_t *all)
{
    const struct bounce_word *words;
    size_t count = bounce_words_of(bounce_lexicon_new(scratch), scratch, text, &words), first = MEANINGS;

    *all = 0;
    for (size_t i = 0, next; i < count; i = next) {
        uint64_t sentence = 0;

        for (next = i; next < count && words[next].sentence == words[i].sentence; next++)
            sentence |= words[next].classes;
        for (size_t m = 0; m < first; m++)
            if (holds(&meanings[m], sentence))
                first = m;
        *all |= sentence;
    }
    return first < MEANINGS ? meanings[first].kind : REFUSAL_OF_ALL;
}

/* ---- names and addresses ---- */

static bool is_in_word(char c)
{
    return ascii_is_letter(c) || ascii_is_digit(c) || c == '.' || c == '-' || c == '_' || c == ':';
}

/* Of what stands between blanks and brackets, the part that may be a name or an address: "ip=[192.0.2.1]:" has two. */
static struct str next_word(struct str text, size_t *at)
{
    size_t begin, end;

    while (*at < text.len && !is_in_word(text.at[*at]))
        ++*at;
    for (begin = *at; *at < text.len && is_in_word(text.at[*at]);)
        ++*at;
    for (end = *at; end > begin && strchr(".:-_", text.at[end - 1]);)
        end--;
    return (struct str){text.at + begin, end - begin};
}

static bool equals(struct str word, const char *text)
{
    return *text && str_equal_nocase(word, str_of(text));
}

static bool is_our_address(struct arena *scratch, struct str word, const struct ip *ours)
{
    const char *text, *reverse = ip_reverse_name(scratch, ours);
    const char *zone = strstr(reverse, ours->family == IP_V6 ? ".ip6.arpa" : ".in-addr.arpa");
    struct ip ip;

    if (str_starts_nocase(word, "IPv6:"))
        word = (struct str){word.at + 5, word.len - 5};
    text = str_copy(scratch, word).at;
    if (ip_parse(text, &ip))
        return ip_equal(&ip, ours);
    if (strchr(text, ':') && strchr(text, ':') == strrchr(text, ':')) /* "192.0.2.1:25" */
        return ip_parse(str_copy(scratch, (struct str){text, strcspn(text, ":")}).at, &ip) && ip_equal(&ip, ours);
    /* "1.2.0.192.zen.example.net" */
    return zone && str_starts_nocase(word, str_copy(scratch, (struct str){reverse, (size_t)(zone - reverse) + 1}).at);
}

static bool is_servers_own(struct arena *scratch, struct str word, const char *server_name)
{
    const char *name = str_text(scratch, word);
    struct str first_label = {server_name, strcspn(server_name, ".")};

    if (!*server_name)
        return false;
    return str_equal_nocase(word, first_label) ||
           (memchr(word.at, '.', word.len) && name_is_host(name) && name_is_under(name, name_org_domain(server_name)));
}

/* The text without the server's own names: what is called "rbl" or "blocked"
 * is a host.  *names_us: our address or name is among its words. */
static struct str without_own_names(struct arena *scratch, const struct refusal_parties *parties, struct str text,
                                    bool *names_us)
{
    char *plain = (char *)arena_alloc(scratch, text.len + 1);
    struct str word;
    size_t at = 0;

    if (text.len)
        memcpy(plain, text.at, text.len);
    *names_us = false;
    while ((word = next_word(text, &at)).len) {
        bool ours =
            (parties->our_ip.family != IP_NONE && is_our_address(scratch, word, &parties->our_ip)) ||
            (strchr(parties->our_name, '.') && equals(word, parties->our_name) && !equals(word, parties->server_name));

        *names_us = *names_us || ours;
        if (is_servers_own(scratch, word, parties->server_name))
            memset(plain + (word.at - text.at), ' ', word.len);
    }
    return (struct str){plain, text.len};
}

static enum refusal read(struct arena *scratch, const struct refusal_parties *parties, int code, struct str text)
{
    bool of_command = code == COMMAND_UNKNOWN || code == COMMAND_NOT_IMPLEMENTED, names_us, passes;
    enum refusal refusal;
    uint64_t classes;

    refusal = meaning_of(scratch, without_own_names(scratch, parties, text, &names_us), &classes);
    passes = code / 100 == 4 && classes & (W(GREY) | W(RATE)); /* greylisting and rate limits name whom they hold up */
    if (of_command && (refusal == REFUSAL_OF_HELO || refusal == REFUSAL_OF_US))
        refusal = REFUSAL_OF_ALL; /* "500 unrecognized: EHLO audit.example.net" */
    if (refusal == REFUSAL_OF_ALL && names_us && !of_command)
        refusal = REFUSAL_OF_US;
    return refusal == REFUSAL_OF_US && passes ? REFUSAL_OF_ALL : refusal;
}

enum refusal refusal_by_words(struct arena *arena, const struct refusal_parties *parties, int code, struct str text)
{
    struct arena *volatile scratch = arena_new(SCRATCH_BYTES);
    enum refusal refusal;
    jmp_buf exhausted;

    if (!scratch || setjmp(exhausted) != 0) {
        arena_free(scratch);
        arena_exhaust(arena);
    }
    arena_on_exhausted(scratch, &exhausted);
    if (text.len > TEXT_MAX)
        text.len = TEXT_MAX;
    refusal = read(scratch, parties, code, text);
    arena_free(scratch);
    return refusal;
}
