/* core/records/txt_kind.c - the kinds of TXT records by their beginning. */
#include "core/records/txt_kind.h"

#include "core/records/taglist.h"

const char *txt_kind(struct str text)
{
    static const struct {
        const char *prefix, *kind;
    } kinds[] = {
        {"v=spf1", "an SPF record"},         {"spf2.0/", "a Sender ID record"},   {"v=DMARC", "a DMARC record"},
        {"v=DKIM1", "a DKIM key"},           {"k=rsa", "a DKIM key"},             {"v=TLSRPT", "a TLS-RPT record"},
        {"v=STSv", "an MTA-STS record"},     {"v=BIMI", "a BIMI record"},
    };

    text = tag_trim(text);
    while (text.len > 0 && text.at[0] == '"')
        text = tag_trim((struct str){text.at + 1, text.len - 1});
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (str_starts_nocase(text, kinds[i].prefix))
            return kinds[i].kind;
    return NULL;
}
