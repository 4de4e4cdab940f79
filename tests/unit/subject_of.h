/* tests/unit/subject_of.h - a subject from its text, for findings that a test makes up. */
#pragma once

#include <string.h>

#include "core/base/arena.h"
#include "core/base/ip.h"
#include "core/base/str.h"
#include "core/result/finding.h"

static inline struct subject subject_of(struct arena *arena, enum check_id check, const char *text)
{
    size_t len = strcspn(text, " [");
    struct ip ip;

    if (strcmp(check_of(check)->group, "dkim") == 0)
        return subject_selector(text, "example.org");
    if (text[len] == '[') {
        size_t end = strcspn(text, "]");

        if (ip_parse(str_text(arena, (struct str){text + len + 1, end - len - 1}), &ip)) {
            struct subject of_session = subject_host_address(str_text(arena, (struct str){text, len}), &ip);

            of_session.name = text[end + 1] == ' ' ? text + end + 2 : NULL;
            return of_session;
        }
    }
    if (!ip_parse(str_text(arena, (struct str){text, len}), &ip))
        return text[len] == ' ' ? subject_envelope(str_text(arena, (struct str){text, len}), text + len + 1)
                                : subject_domain(text);
    return text[len] ? subject_address_name(&ip, text + len + 1) : subject_address(&ip);
}
