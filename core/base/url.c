/* core/base/url.c - takes an https URL apart, and refuses everything unusual. */
#include "core/base/url.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/base/str.h"

static const char scheme[] = "https://";

enum { HTTPS_PORT = 443 };

static bool is_plain(const char *text)
{
    for (; *text; text++)
        if (*text <= ' ' || *text > '~' || strchr("\"#<>\\^`{|}", *text))
            return false;
    return true;
}

static bool is_host(const char *host)
{
    enum name_fault fault = name_fault(host);

    for (const char *at = host; *at; at++)
        if (*at >= 'A' && *at <= 'Z')
            return false;
    /* A name that no resolver should know is asked for all the same: the answer has the last word. */
    return fault == NAME_OK || fault == NAME_UNDERSCORE || fault == NAME_SPECIAL_USE;
}

static bool parse_port(const char *text, uint16_t *out)
{
    unsigned port = 0;

    if (!*text || strlen(text) > 5 || strspn(text, "0123456789") != strlen(text))
        return false;
    for (; *text; text++)
        port = port * 10 + (unsigned)(*text - '0');
    *out = (uint16_t)port;
    return port > 0 && port <= UINT16_MAX;
}

bool url_parse(struct arena *arena, const char *text, struct url *out)
{
    const size_t begin = sizeof scheme - 1;
    const char *slash;
    char *host, *colon;

    if (strlen(text) > URL_MAX || strncmp(text, scheme, begin) != 0 || !is_plain(text))
        return false;
    slash = strchr(text + begin, '/');
    if (!slash)
        return false;
    host = arena_alloc(arena, (size_t)(slash - text) + 1);
    memcpy(host, text + begin, (size_t)(slash - text) - begin);
    colon = strchr(host, ':');
    *out = (struct url){.host = host, .port = HTTPS_PORT, .path = str_dup(arena, slash)};
    if (colon) {
        *colon = '\0';
        if (!parse_port(colon + 1, &out->port))
            return false;
    }
    return is_host(host);
}
