/* reports/source_link.c - from the name of a source to its page. */
#include "reports/source_link.h"

#include <string.h>

#include "core/base/str.h"

static const struct {
    const char *words; /* that the source begins with */
    const char *url;
} pages[] = {
    {"Gmail SMTP errors 3726730", "https://support.google.com/a/answer/3726730?hl=en"},
    {"Gmail sender guidelines 81126", "https://support.google.com/a/answer/81126?hl=en"},
    {"sender guidelines 81126", "https://support.google.com/a/answer/81126?hl=en"},
    {"Gmail ", "https://support.google.com/a/answer/3726730?hl=en"},
    {"FAQ 14229414", "https://support.google.com/a/answer/14229414?hl=en"},
    {"Yahoo SMTP codes page", "https://senders.yahooinc.com/smtp-error-codes/"},
    {"codes page", "https://senders.yahooinc.com/smtp-error-codes/"},
    {"Yahoo best practices", "https://senders.yahooinc.com/best-practices/"},
    {"Outlook.com troubleshooting", "https://sendersupport.olc.protection.outlook.com/pm/troubleshooting.aspx"},
    {"Outlook.com", "https://sendersupport.olc.protection.outlook.com/pm/policies.aspx"},
    {"learn.microsoft.com",
     "https://learn.microsoft.com/en-us/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online/"
     "non-delivery-reports-in-exchange-online"},
    {"Exchange Online 5.7.23",
     "https://learn.microsoft.com/en-us/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online/"
     "non-delivery-reports-in-exchange-online"},
    {"Apple 102322", "https://support.apple.com/en-us/102322"},
    {"iCloud 102322", "https://support.apple.com/en-us/102322"},
    {"postmaster.t-online.de", "https://postmaster.t-online.de/index.en.html"},
    {"postmaster.gmx", "https://postmaster.gmx.net/en/"},
    {"GMX", "https://postmaster.gmx.net/en/"},
    {"postmaster.orange.fr", "https://postmaster.orange.fr/"},
    {"Orange ", "https://postmaster.orange.fr/"},
    {"postmaster.laposte.net",
     "https://postmaster.laposte.net/contents/"
     "quelles-sont-les-specifications-techniques-a-respecter-pour-emettre-des-emails-vers-laposte-net"},
    {"postmaster.comcast.net", "https://postmaster.comcast.net/smtp-error-codes.php"},
    {"GoDaddy help 40685", "https://www.secureserver.net/help/fix-rejected-email-with-a-bounce-error-40685"},
    {"docs.seppmail.com", "https://docs.seppmail.com/"},
    {"pomoc.wp.pl", "https://pomoc.wp.pl/"},
    {"Postfix", "https://www.postfix.org/postconf.5.html"},
    {"draft-brand-indicators-for-message-identification",
     "https://datatracker.ietf.org/doc/draft-brand-indicators-for-message-identification/"},
    {"draft-svg-tiny-ps-abrotman", "https://datatracker.ietf.org/doc/draft-svg-tiny-ps-abrotman/"},
    {"draft-fetch-validation-vmc-wchuang", "https://datatracker.ietf.org/doc/draft-fetch-validation-vmc-wchuang/"},
    {"CVE-2021-38371", "https://www.cve.org/CVERecord?id=CVE-2021-38371"},
};

/* "7208 4.6.4": the section only where a number stands. */
static const char *rfc_url(struct arena *arena, const char *text)
{
    size_t number = strspn(text, "0123456789"), section;
    const char *behind = text + number;

    if (number == 0 || number > 5)
        return NULL;
    behind += *behind == ' ';
    section = strspn(behind, "0123456789.");
    while (section > 0 && behind[section - 1] == '.')
        section--;
    if (section == 0)
        return str_printf(arena, "https://www.rfc-editor.org/rfc/rfc%.*s", (int)number, text);
    return str_printf(arena, "https://www.rfc-editor.org/rfc/rfc%.*s#section-%.*s", (int)number, text, (int)section,
                      behind);
}

const char *source_url(struct arena *arena, const char *source)
{
    if (strncmp(source, "RFC ", 4) == 0)
        return rfc_url(arena, source + 4);
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
        if (strncmp(source, pages[i].words, strlen(pages[i].words)) == 0)
            return pages[i].url;
    return NULL;
}

const char *source_next(struct arena *arena, const char **list)
{
    const char *at = *list, *end = strstr(at, "; ");
    size_t length = end ? (size_t)(end - at) : strlen(at);

    if (!*at)
        return NULL;
    *list = at + length + (end ? 2 : 0);
    return str_text(arena, (struct str){at, length});
}
