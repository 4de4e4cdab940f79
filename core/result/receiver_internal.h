/* core/result/receiver_internal.h - what the tables of receivers.def and their judge share. */
#pragma once

#include "core/result/receiver.h"

/* checks.md section 17: this holds for every receiver. */
const struct receiver_rule *receiver_rule_for_all(void);

/* What a shorthand of section 17 stands for: any of these terms, RECEIVER_TERM_NONE at
 * the end.  NULL: it is no such shorthand.  A permerror is no pass, and no fail either;
 * one by the void limit is a pass for receivers that count no voids. (section 20) */
const struct receiver_term *receiver_any_of(enum receiver_term_kind);

/* ---- judging ---- */

/* Ordered so that "and" is the minimum and "or" the maximum.  SOME: receivers differ in whether they see it so. */
enum truth { NO, MAYBE, SOME, YES };

/* The findings of each check, so that a rule looks at a handful instead of all. */
struct by_check {
    const struct finding *finding;
    const struct by_check *next;
};

struct judge {
    const struct by_check *const *findings; /* by check id */
    const struct mail_address *sender;      /* NULL: `service` sends */
    const struct service *service;
    const struct finding *basis; /* of the last term that held or was undecided */
};

enum truth receiver_judge_check(struct judge *, const struct receiver_term *);
enum truth receiver_judge_any(struct judge *, const struct receiver_term *any_of);
enum truth receiver_judge_service(struct judge *, const struct receiver_term *); /* receiver_service.c */
