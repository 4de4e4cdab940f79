/* core/result/cause_internal.h - the parts of cause.h. */
#pragma once

#include "core/result/cause.h"

/* Fills in the steps of causes that have their findings, and lets wait what changes a record for the second time. */
void cause_steps(struct arena *, struct cause *, size_t count);
