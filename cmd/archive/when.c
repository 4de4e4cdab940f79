/* cmd/archive/when.c - reads spans and moments. */
#include "cmd/archive/when.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/date.h"
#include "core/base/str.h"

enum { HOUR_S = 3600, CENTURY_DAYS = 36525, MOMENT_LENGTH = sizeof "2026-11-29T01:02:03Z" - 1, DAY_LENGTH = 10 };

bool when_span(const char *text, int64_t *seconds)
{
    char *end;
    long number, unit;

    if (!ascii_is_digit(*text))
        return false;
    errno = 0;
    number = strtol(text, &end, 10);
    if (errno || number <= 0 || !*end || end[1])
        return false;
    unit = *end == 'h' ? HOUR_S : *end == 'd' ? DAY_S : *end == 'w' ? 7L * DAY_S : 0;
    if (!unit || number > CENTURY_DAYS * 24L || number * unit > (long)CENTURY_DAYS * DAY_S)
        return false;
    *seconds = (int64_t)number * unit;
    return true;
}

const char *when_text(struct arena *arena, const char *text, int64_t now)
{
    static const char form[] = "dddd-dd-ddTdd:dd:ddZ";
    int64_t seconds, day;

    if (when_span(text, &seconds))
        return date_text(arena, now - seconds);
    if (strlen(text) < DAY_LENGTH || !date_day((struct str){text, DAY_LENGTH}, &day))
        return NULL;
    if (!text[DAY_LENGTH])
        return date_text(arena, day);
    for (size_t i = 0; i < MOMENT_LENGTH; i++)
        if (form[i] == 'd' ? !ascii_is_digit(text[i]) : text[i] != form[i])
            return NULL;
    return text[MOMENT_LENGTH] ? NULL : text;
}
