/* cmd/mta/mta_opensmtpd.c - the relay actions of an smtpd.conf: what they say in HELO and send from.  (smtpd.conf(5),
 * table(5))
 *
 * Only what bears on that is understood: macros, include, tables in the file or beside it, and action ... relay.
 */
#include "cmd/mta/mta.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/str.h"

enum { WORDS_MAX = 512, TABLES_MAX = 64, MACROS_MAX = 64, ENTRIES_MAX = 128, INCLUDES_MAX = 8 };

struct word {
    const char *text;
    char mark; /* one of { } , = < >; 0 for a word */
};

struct entry {
    const char *key, *value; /* value NULL: of a list */
};

struct table {
    const char *name;
    struct entry entries[ENTRIES_MAX];
    size_t count;
    bool is_known; /* false: of a type or in a file that is not to be read here */
};

struct macro {
    const char *name, *value;
};

struct conf {
    struct arena *arena;
    const char *server_name;
    struct macro macros[MACROS_MAX];
    struct table *tables[TABLES_MAX];
    size_t macro_count, table_count, includes;
    struct mta direct; /* relays by MX records */
    const char *relay; /* where a relay to a given host goes; NULL: there is none */
};

/* ---- words ---- */

static const char *macro_value(const struct conf *c, const char *name)
{
    for (size_t i = c->macro_count; i-- > 0;)
        if (strcmp(c->macros[i].name, name) == 0)
            return c->macros[i].value;
    return "";
}

static struct word next_word(struct conf *c, const char **text)
{
    static const char marks[] = "{},=<>";
    size_t len;

    if (**text == '"') {
        struct str quoted = {*text + 1, strcspn(*text + 1, "\"\n")};

        *text = quoted.at + quoted.len + (quoted.at[quoted.len] == '"');
        return (struct word){str_copy(c->arena, quoted).at, 0};
    }
    if (strchr(marks, **text))
        return (struct word){"", *(*text)++};
    len = strcspn(*text, " \t\r\n\"#{},=<>");
    *text += len;
    if (len > 1 && (*text)[-(ptrdiff_t)len] == '$')
        return (struct word){macro_value(c, str_copy(c->arena, (struct str){*text - len + 1, len - 1}).at), 0};
    return (struct word){str_copy(c->arena, (struct str){*text - len, len}).at, 0};
}

/* A statement ends with its line, but not in braces, nor behind a backslash. */
static size_t next_statement(struct conf *c, const char **text, struct word *words)
{
    size_t count = 0, depth = 0;

    while (**text && count < WORDS_MAX) {
        if (strchr(" \t\r", **text)) {
            ++*text;
        } else if (**text == '#') {
            *text += strcspn(*text, "\n");
        } else if (**text == '\\' && (*text)[1] == '\n') {
            *text += 2;
        } else if (**text == '\n') {
            ++*text;
            if (!depth && count)
                break;
        } else {
            words[count] = next_word(c, text);
            depth += words[count].mark == '{';
            depth -= words[count].mark == '}' && depth;
            count++;
        }
    }
    return count;
}

static bool is(const struct word *words, size_t count, size_t at, const char *text)
{
    return at < count && !words[at].mark && strcmp(words[at].text, text) == 0;
}

/* ---- tables ---- */

static void add_entry(struct table *table, const char *key, const char *value)
{
    if (table->count < ENTRIES_MAX)
        table->entries[table->count++] = (struct entry){key, value};
}

static void read_table_file(struct conf *c, struct table *table, const char *path)
{
    const char *text = mta_file(c->arena, path);

    table->is_known = text != NULL;
    while (text && *text) {
        struct str line = mta_next_line(&text);
        size_t len = 0;

        if (!line.len || line.at[0] == '#')
            continue;
        while (len < line.len && !strchr(" \t", line.at[len]))
            len++;
        add_entry(table, str_copy(c->arena, (struct str){line.at, len}).at,
                  str_copy(c->arena, mta_trimmed((struct str){line.at + len, line.len - len})).at);
    }
}

static const struct table *table_named(const struct conf *c, const char *name)
{
    static const struct table unknown = {.is_known = false};

    for (size_t i = 0; i < c->table_count; i++)
        if (strcmp(c->tables[i]->name, name) == 0)
            return c->tables[i];
    return &unknown;
}

/* "VALUE", "{ VALUE, ... }", "{ KEY = VALUE, ... }" or "<NAME>"; *at is behind it afterwards. */
static const struct table *values_at(struct conf *c, const struct word *words, size_t count, size_t *at)
{
    struct table *table = ARENA_NEW(c->arena, struct table);

    table->is_known = true;
    if (*at + 2 < count && words[*at].mark == '<') {
        *at += 3;
        return table_named(c, words[*at - 2].text);
    }
    if (*at < count && !words[*at].mark) {
        add_entry(table, words[(*at)++].text, NULL);
        return table;
    }
    if (*at < count && words[*at].mark == '{')
        ++*at;
    while (*at < count && words[*at].mark != '}') {
        size_t i = (*at)++;

        if (words[i].mark)
            continue;
        if (i + 2 < count && words[i + 1].mark == '=') {
            add_entry(table, words[i].text, words[i + 2].text);
            *at = i + 3;
        } else {
            add_entry(table, words[i].text, NULL);
        }
    }
    *at += *at < count;
    return table;
}

/* table NAME { ... }, table NAME file:PATH */
static void declare_table(struct conf *c, const struct word *words, size_t count)
{
    struct table *table = ARENA_NEW(c->arena, struct table);
    size_t at = 2;

    if (count < 3 || c->table_count == TABLES_MAX)
        return;
    if (words[2].mark == '{')
        *table = *values_at(c, words, count, &at);
    else if (strncmp(words[2].text, "file:", 5) == 0 || words[2].text[0] == '/')
        read_table_file(c, table, words[2].text + (words[2].text[0] == '/' ? 0 : 5));
    table->name = words[1].text;
    c->tables[c->table_count++] = table;
}

/* ---- relays ---- */

static const char *helo_of(const struct table *names, const struct ip *ip, const char *otherwise)
{
    for (size_t i = 0; names && i < names->count; i++) {
        struct ip key;

        if (names->entries[i].value && ip_parse(names->entries[i].key, &key) && ip_equal(&key, ip))
            return names->entries[i].value;
    }
    return otherwise;
}

static void add_sources(struct mta *out, const struct table *sources, const struct table *names, const char *helo)
{
    struct ip ip;

    if (!sources->is_known)
        out->unclear = "its source addresses (src) are in a table that cannot be read here";
    else if (names && !names->is_known)
        out->unclear = "its HELO names (helo-src) are in a table that cannot be read here";
    for (size_t i = 0; !out->unclear && i < sources->count; i++) {
        if (ip_parse(sources->entries[i].key, &ip))
            mta_add(out, &ip, helo_of(names, &ip, helo));
        else
            out->unclear = "one of its source addresses (src) is no address";
    }
}

/* action NAME relay OPTION...: all addresses of src are used.  Without them the kernel chooses. */
static void read_relay(struct conf *c, const struct word *words, size_t count)
{
    const struct table *sources = NULL, *names = NULL;
    const char *helo = c->server_name;
    const char *host = NULL;

    for (size_t at = 3; at < count;) {
        if (is(words, count, at, "helo") && at + 1 < count) {
            helo = words[at + 1].text;
            at += 2;
        } else if (is(words, count, at, "helo-src")) {
            at++;
            names = values_at(c, words, count, &at);
        } else if (is(words, count, at, "src")) {
            at++;
            sources = values_at(c, words, count, &at);
        } else {
            if ((is(words, count, at, "host") || is(words, count, at, "domain")) && at + 1 < count)
                host = words[at + 1].mark ? "a table of hosts" : words[at + 1].text;
            at++;
        }
    }
    if (host) {
        c->relay = host;
    } else if (sources) {
        add_sources(&c->direct, sources, names, helo);
    } else {
        mta_add_any(&c->direct, IP_V4, helo);
        mta_add_any(&c->direct, IP_V6, helo);
    }
}

/* ---- the file ---- */

static void read_configuration(struct conf *c, const char *text)
{
    struct word *words = ARENA_ARRAY(c->arena, struct word, WORDS_MAX);

    while (*text) {
        size_t count = next_statement(c, &text, words);

        if (count >= 3 && words[1].mark == '=' && c->macro_count < MACROS_MAX) {
            c->macros[c->macro_count++] = (struct macro){words[0].text, words[2].text};
        } else if (is(words, count, 0, "table")) {
            declare_table(c, words, count);
        } else if (is(words, count, 0, "action") && is(words, count, 2, "relay")) {
            read_relay(c, words, count);
        } else if (is(words, count, 0, "include") && count > 1 && c->includes < INCLUDES_MAX) {
            const char *included = mta_file(c->arena, words[1].text);

            c->includes++;
            if (included)
                read_configuration(c, included); /* at most INCLUDES_MAX deep: none is forgotten */
            else
                c->direct.unclear = "a file that it includes cannot be read here";
        }
    }
}

void mta_parse_opensmtpd(struct arena *arena, const char *configuration, const char *server_name, struct mta *out)
{
    struct conf *c = ARENA_NEW(arena, struct conf);

    c->arena = arena;
    c->server_name = server_name;
    read_configuration(c, configuration);
    *out = c->direct;
    out->kind = "OpenSMTPD";
    if (!out->count && !out->unclear)
        out->unclear = c->relay ? mta_relay_text(arena, str_of(c->relay)) : "it has no action that relays";
}
