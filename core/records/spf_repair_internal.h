/* core/records/spf_repair_internal.h - between spf_repair.c, which
 * mends terms, and spf_clean.c, which mends what is around them. */
#pragma once

#include "core/records/spf_repair.h"

/* Printable ASCII with single quotation marks, exotic blanks and dashes replaced; what was found is told.
 * Macros stay as they are.  The mark SPF_JOINT stands where one quoted string ended and the next began. */
enum { SPF_JOINT = '\1' };
struct str spf_clean(struct arena *, struct str txt, struct spf_repair *);

/* Takes what was meant for "v=spf1" off the front; false: nothing there was. */
bool spf_take_version(struct arena *, struct str *text, struct spf_repair *);

void spf_repair_note(struct spf_repair *, const char *fault); /* once each */
