/* What the program says of reverse names in the name of other filters: reads a name a line, prints "1 4":
 * SpamAssassin's RDNS_DYNAMIC fires, and the number of rspamd's HFILTER_HOSTNAME_. */
#include <stdio.h>
#include <string.h>

#include "probes/generic/generic_filters.h"

int main(void)
{
    char name[512], lower[512];

    while (fgets(name, sizeof name, stdin)) {
        name[strcspn(name, "\n")] = '\0';
        for (size_t i = 0; i <= strlen(name); i++)
            lower[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] - 'A' + 'a' : name[i]);
        printf("%d %u\n", spamassassin_rdns_dynamic(name, lower), rspamd_hostname_weight(lower));
    }
    return ferror(stdin) || fflush(stdout) != 0;
}
