/* probes/services_words.h - how findings speak of services. */
#pragma once

struct dns_answer;
struct provider;
struct run;
struct service;

const char *service_mail(struct run *, const struct provider *);  /* "your newsletter by Mailchimp" */
const char *service_where(struct run *, const struct provider *); /* " at PLACE (PAGE, DATE)"; "" */
const char *service_of_alias(struct run *,
                             const struct dns_answer *);           /* " (a name of SendGrid)"; "": of nobody known */
const char *service_if_left(struct run *, const struct service *); /* " If nothing is sent through it ..."; "" */
