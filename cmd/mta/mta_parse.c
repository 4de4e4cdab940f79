/* cmd/mta/mta_parse.c - what Postfix and Exim print about their senders.  (postconf(5); Exim specification, 30.4) */
#include "cmd/mta/mta.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/ip.h"
#include "core/base/str.h"

bool mta_is_any(const struct ip *ip)
{
    static const uint8_t zeros[sizeof ip->bytes];

    return memcmp(ip->bytes, zeros, sizeof zeros) == 0;
}

bool mta_has_family(const struct mta *mta, enum ip_family family)
{
    for (size_t i = 0; i < mta->count; i++)
        if (mta->senders[i].ip.family == family)
            return true;
    return false;
}

void mta_add(struct mta *mta, const struct ip *ip, const char *helo)
{
    for (size_t i = 0; i < mta->count; i++)
        if (ip_equal(&mta->senders[i].ip, ip))
            return;
    if (mta->count < MTA_SENDERS_MAX)
        mta->senders[mta->count++] = (struct mta_sender){*ip, helo};
}

void mta_add_any(struct mta *mta, enum ip_family family, const char *helo)
{
    mta_add(mta, &(struct ip){.family = family}, helo);
}

struct str mta_trimmed(struct str s)
{
    while (s.len && memchr(" \t\r\"", s.at[0], 4)) {
        s.at++;
        s.len--;
    }
    while (s.len && memchr(" \t\r\"", s.at[s.len - 1], 4))
        s.len--;
    return s;
}

struct str mta_next_line(const char **text)
{
    size_t len = strcspn(*text, "\n");
    struct str line = {*text, len};

    *text += len + ((*text)[len] == '\n');
    return mta_trimmed(line);
}

static bool parse_address(struct arena *arena, struct str text, struct ip *out)
{
    text = mta_trimmed(text);
    if (text.len > 1 && text.at[0] == '[' && text.at[text.len - 1] == ']')
        text = (struct str){text.at + 1, text.len - 2};
    return ip_parse(str_copy(arena, text).at, out);
}

const char *mta_relay_text(struct arena *arena, struct str host)
{
    return str_printf(arena,
                      "all its mail leaves through %s, so receivers see that server: name its addresses with --sender",
                      str_text(arena, host));
}

/* "name = value" among the lines; NULL: there is none. */
static struct str value_of(const char *lines, const char *name)
{
    size_t len = strlen(name);

    while (*lines) {
        struct str line = mta_next_line(&lines);

        if (line.len > len && str_starts_nocase(line, name)) {
            struct str rest = mta_trimmed((struct str){line.at + len, line.len - len});

            if (rest.len && rest.at[0] == '=')
                return mta_trimmed((struct str){rest.at + 1, rest.len - 1});
        }
    }
    return (struct str){NULL, 0};
}

/* A name with a "$" left in it depends on the message. */
static const char *name_of(struct arena *arena, struct str helo)
{
    return helo.len && !memchr(helo.at, '$', helo.len) ? str_copy(arena, helo).at : NULL;
}

struct str mta_next_of_list(struct str *list, const char *separators)
{
    struct str item = *list;
    size_t len = 0;

    while (len < list->len && !strchr(separators, list->at[len]))
        len++;
    item.len = len;
    list->at += len < list->len ? len + 1 : len;
    list->len -= len < list->len ? len + 1 : len;
    return mta_trimmed(item);
}

/* ---- Postfix ---- */

/* Where inet_interfaces has one address of a family, and that not of the loopback, it is the source address of that
 * family (postconf(5), smtp_bind_address). */
static bool only_interface(struct arena *arena, struct str list, enum ip_family family, struct ip *out)
{
    size_t count = 0;

    while (list.len) {
        struct str word = mta_next_of_list(&list, ", \t");
        struct ip ip;

        if (!word.len)
            continue;
        if (!parse_address(arena, word, &ip))
            return false; /* a name: of who knows how many addresses */
        if (ip.family == family) {
            *out = ip;
            count++;
        }
    }
    return count == 1 && !(ip_special(out) && strcmp(ip_special(out)->name, "Loopback") == 0);
}

static void add_postfix_family(struct arena *arena, struct mta *out, enum ip_family family, struct str bound,
                               struct str interfaces, const char *helo)
{
    struct ip ip;

    if ((bound.len && parse_address(arena, bound, &ip)) || only_interface(arena, interfaces, family, &ip))
        mta_add(out, &ip, helo);
    else
        mta_add_any(out, family, helo);
}

/* What the service smtp of master.cf says goes before main.cf. */
static struct str either(const char *master_cf, const char *name, struct str main_cf)
{
    struct str own = value_of(master_cf, name);

    return own.at ? own : main_cf;
}

static bool uses(struct str protocols, const char *protocol)
{
    while (protocols.len) {
        struct str word = mta_next_of_list(&protocols, ", \t");

        if (str_equal(word, str_of("all")) || str_equal(word, str_of(protocol)))
            return true;
    }
    return false;
}

/* Of "smtp:[mail.example.org]" what is behind the first colon. */
static struct str next_hop_of(struct str transport)
{
    const char *colon = transport.len ? memchr(transport.at, ':', transport.len) : NULL;

    return colon ? mta_trimmed((struct str){colon + 1, transport.len - (size_t)(colon + 1 - transport.at)})
                 : (struct str){NULL, 0};
}

void mta_parse_postfix(struct arena *arena, const char *main_cf, const char *master_cf, struct mta *out)
{
    struct str helo = either(master_cf, "smtp/unix/smtp_helo_name", mta_next_line(&main_cf));
    struct str bind4 = either(master_cf, "smtp/unix/smtp_bind_address", mta_next_line(&main_cf));
    struct str bind6 = either(master_cf, "smtp/unix/smtp_bind_address6", mta_next_line(&main_cf));
    struct str interfaces = mta_next_line(&main_cf), protocols = mta_next_line(&main_cf);
    struct str relayhost = mta_next_line(&main_cf), next_hop = next_hop_of(mta_next_line(&main_cf));
    const char *name = name_of(arena, helo);

    *out = (struct mta){.kind = "Postfix"};
    if (relayhost.len || next_hop.len) {
        out->unclear = mta_relay_text(arena, relayhost.len ? relayhost : next_hop);
        return;
    }
    if (uses(protocols, "ipv4"))
        add_postfix_family(arena, out, IP_V4, bind4, interfaces, name);
    if (uses(protocols, "ipv6"))
        add_postfix_family(arena, out, IP_V6, bind6, interfaces, name);
}

/* ---- Exim ---- */

/* An item of a list: the separator is a colon, unless the list begins with "<" and another; doubled it means itself.
 * (Exim specification, 6.21) */
static struct str next_of_exim_list(struct arena *arena, struct str *list, char separator)
{
    char *to = arena_alloc(arena, list->len + 1);
    struct str item = {to, 0};
    size_t i = 0;

    for (; i < list->len; i++) {
        if (list->at[i] == separator) {
            if (i + 1 == list->len || list->at[i + 1] != separator)
                break;
            i++;
        }
        to[item.len++] = list->at[i];
    }
    i += i < list->len;
    list->at += i;
    list->len -= i;
    return mta_trimmed(item);
}

/* Of the list in `interface` the first address of a family is used
 * for that family; the kernel chooses where there is none. */
static void add_exim_transport(struct arena *arena, struct str interface, const char *helo, struct mta *out)
{
    struct mta own = {.count = 0};
    char separator = ':';

    if (interface.len && memchr(interface.at, '$', interface.len)) {
        out->unclear = "its source address depends on the message (interface)";
        return;
    }
    if (interface.len > 1 && interface.at[0] == '<') {
        separator = interface.at[1];
        interface = (struct str){interface.at + 2, interface.len - 2};
    }
    while (interface.len) {
        struct str item = next_of_exim_list(arena, &interface, separator);
        struct ip ip;

        if (parse_address(arena, item, &ip) && !mta_has_family(&own, ip.family))
            mta_add(&own, &ip, helo);
    }
    if (!mta_has_family(&own, IP_V4))
        mta_add_any(&own, IP_V4, helo);
    if (!mta_has_family(&own, IP_V6))
        mta_add_any(&own, IP_V6, helo);
    for (size_t i = 0; i < own.count; i++)
        mta_add(out, &own.senders[i].ip, helo);
}

/* The options of the next driver, behind a line "NAME transport:" or "NAME router:". */
static bool next_driver(struct arena *arena, const char *mark, const char **text, struct str *name,
                        const char **options)
{
    size_t mark_len = strlen(mark);
    const char *begin = NULL, *end = *text;

    while (*end) {
        const char *line = end;
        struct str words = mta_next_line(&end);

        if (words.len <= mark_len || memcmp(words.at + words.len - mark_len, mark, mark_len) != 0)
            continue;
        if (begin) {
            *options = str_copy(arena, (struct str){begin, (size_t)(line - begin)}).at;
            *text = line;
            return true;
        }
        *name = (struct str){words.at, words.len - mark_len};
        begin = end;
    }
    *options = begin;
    *text = end;
    return begin != NULL;
}

static void parse_transports(struct arena *arena, struct str primary, const char *transports, const char *only,
                             struct mta *out)
{
    const char *options;
    struct str name;

    while (next_driver(arena, " transport:", &transports, &name, &options)) {
        struct str helo = value_of(options, "helo_data");

        if (!str_equal(value_of(options, "driver"), str_of("smtp")) ||
            str_equal(value_of(options, "protocol"), str_of("lmtp")))
            continue;
        if (only && !str_equal(name, str_of(only)))
            continue;
        if (!helo.len || str_equal(helo, str_of("$primary_hostname")) || str_equal(helo, str_of("${primary_hostname}")))
            helo = primary;
        add_exim_transport(arena, value_of(options, "interface"), name_of(arena, helo), out);
    }
}

/* The host of a route for all domains, where no router looks anything up; else empty.  (Exim specification, 20) */
static struct str smarthost(struct arena *arena, const char *routers)
{
    struct str name, host = {NULL, 0};
    const char *options;

    while (next_driver(arena, " router:", &routers, &name, &options)) {
        struct str driver = value_of(options, "driver"), route = value_of(options, "route_list");

        if (str_equal(driver, str_of("dnslookup")))
            return (struct str){NULL, 0};
        if (!host.len && str_equal(driver, str_of("manualroute")) &&
            str_equal(mta_next_of_list(&route, " \t"), str_of("*")))
            host = mta_next_of_list(&route, " \t;");
    }
    return host;
}

void mta_parse_exim(struct arena *arena, const char *hostname, const char *routers, const char *transports,
                    struct mta *out)
{
    struct str primary = value_of(hostname, "primary_hostname"), relay = smarthost(arena, routers);

    *out = (struct mta){.kind = "Exim"};
    if (relay.len) {
        out->unclear = mta_relay_text(arena, relay);
        return;
    }
    /* what Exim's own and Debian's configuration call it */
    parse_transports(arena, primary, transports, "remote_smtp", out);
    if (!out->count && !out->unclear)
        parse_transports(arena, primary, transports, NULL, out);
    if (!out->count && !out->unclear)
        out->unclear = "it has no transport that speaks SMTP";
}
