/* probes/smtp.h - what the files of the SMTP checks share. */
#pragma once

#include <stdbool.h>

#include "core/base/status.h"
#include "core/base/trouble.h"
#include "core/derive/binding.h"
#include "core/facts/smtp_session.h"
#include "core/result/subject.h"

struct run;

struct smtp_endpoint { /* an address of an MX host */
    struct subject subject;
    const struct smtp_session *session;
    struct trouble trouble; /* why the session says nothing, or not all, about the server */
    enum binding binding;   /* a policy of the domain makes conforming senders insist on TLS here */
};

/* inside TLS: what came where the reply to EHLO was due is none */
bool smtp_spoke_unasked(const struct smtp_session *);
enum status smtp_without_tls(const struct smtp_endpoint *); /* what it is worth */
/* smtp.starttls and smtp.starttls_injection, where EHLO is accepted. */
void smtp_judge_starttls(struct run *, const struct smtp_endpoint *);
