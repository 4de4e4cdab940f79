/* core/facts/letterhead.h - whom a report is for, and by whom: what its cover says.
 *
 * The user's own words and file.  They are encoded like all that comes from outside.
 */
#pragma once

struct letterhead {
    const char *client, *consultant; /* NULL: not said */
    const char *logo;                /* of the consultant, in base 64; NULL: there is none */
    const char *logo_type;           /* "image/png", "image/jpeg"; set if and only if `logo` is */
};
