/* core/result/receiver_internal.h - what the tables of receivers.def and their judge share. */
#pragma once

#include "core/result/receiver.h"

/* checks.md section 17: this holds for every receiver. */
const struct receiver_rule *receiver_rule_for_all(void);

/* What a shorthand of section 17 stands for: any of these terms, RECEIVER_TERM_NONE at
 * the end.  NULL: it is no such shorthand.  A permerror is no pass, and no fail either;
 * one by the void limit is a pass for receivers that count no voids. (section 20) */
const struct receiver_term *receiver_any_of(enum receiver_term_kind);
