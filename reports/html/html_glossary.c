/* reports/html/html_glossary.c - the words of the trade, and the sources of what is amiss. */
#include "reports/html/html.h"

#include "core/base/arena.h"

static const struct {
    const char *word, *means;
} glossary[] = {
    {"A, AAAA", "the DNS records that give a host name its addresses: A for IPv4, AAAA for IPv6"},
    {"DANE, TLSA", "DNS records, protected by DNSSEC, that say which key a mail server shows when mail is encrypted"},
    {"DKIM", "a signature in each message. Receivers check it with a key that the domain publishes in DNS"},
    {"DMARC", "what a domain asks receivers to do with mail that neither SPF nor DKIM shows to be its own: nothing, "
              "quarantine or reject"},
    {"DNSSEC", "signatures in DNS, by which a forged answer is recognised"},
    {"FCrDNS", "forward-confirmed reverse DNS: the name of an address has a record that leads back to the address"},
    {"HELO, EHLO", "the name by which a mail server introduces itself when it connects"},
    {"MTA-STS", "a policy on a web server that says: mail to this domain is to be encrypted"},
    {"MX", "the DNS records that say which servers take the mail of a domain"},
    {"PTR", "the reverse DNS record, which gives an address its name. The owner of the address sets it, often the hosting "
            "provider"},
    {"Receiver", "the service that takes the mail for the people whom you write to, such as Gmail"},
    {"Selector", "the name under which a DKIM key is published; it stands in the signature as s="},
    {"SPF", "the DNS record that lists the servers which may send mail for a domain"},
    {"STARTTLS, TLS", "encryption of mail on its way between two servers"},
};

static void sources(struct report *report, const struct result *result)
{
    bool *told = ARENA_ARRAY(report->arena, bool, CHECK_COUNT);
    struct sink *sink = &report->sink;
    bool any = false;

    for (size_t i = 0; i < result->finding_count; i++) {
        const struct finding *f = result->findings[i];

        if (f->status <= SKIPPED || told[f->check])
            continue;
        told[f->check] = true;
        if (!any)
            sink_literal(sink, "<h3>Where these rules come from</h3>\n<dl class=\"sources\">\n");
        any = true;
        ELEMENT(sink, "<dt><code>", check_of(f->check)->name, "</code></dt><dd>");
        html_sources(report, check_of(f->check)->sources);
        sink_literal(sink, "</dd>\n");
    }
    if (any)
        sink_literal(sink, "</dl>\n");
}

void html_glossary_words(struct report *report)
{
    struct sink *sink = &report->sink;

    sink_literal(sink, "<dl class=\"glossary\">\n");
    for (size_t i = 0; i < sizeof glossary / sizeof *glossary; i++) {
        ELEMENT(sink, "<dt>", glossary[i].word, "</dt>");
        ELEMENT(sink, "<dd>", glossary[i].means, "</dd>\n");
    }
    sink_literal(sink, "</dl>\n");
}

void html_glossary(struct report *report, const struct result *result)
{
    hand_written(report);
    sources(report, result);
}
