/* What a worker process that a peer has taken over may send: no account, or one that can be handed on as it is; and
 * pieces of reports, which every reporter takes for what they are.  The first octet says which reporter: none, then it
 * is an account. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/account.h"
#include "core/base/tape.h"
#include "core/facts/target.h"
#include "reports/reporter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool truth)
{
    if (!truth)
        abort();
}

static struct tape written(struct account *account)
{
    struct tape tape = {0};

    account_write(account, &tape);
    must(!tape.failed);
    account_free(account);
    return tape;
}

static void take_account(struct str octets)
{
    struct tape_reader reader = tape_reader(octets);
    struct account *account = account_read(&reader);
    struct tape once, twice;

    if (!account)
        return;
    once = written(account);
    reader = tape_reader((struct str){once.at, once.size});
    account = account_read(&reader);
    must(account && !tape_has_more(&reader));
    twice = written(account);
    must(once.size == twice.size && memcmp(once.at, twice.at, once.size) == 0);
    tape_free(&once);
    tape_free(&twice);
}

/* As that of two results: the second one is compared with the first. */
static void take_piece(const struct reporter *reporter, struct str octets)
{
    static const struct target target = {.domain = "example.org", .unicode = "example.org", .smtp_port = 25};
    const struct piece piece = {.tape = {.at = (char *)(uintptr_t)octets.at, .size = octets.len}};
    struct report report;
    char *out = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&out, &size);

    must(file);
    report_begin(&report, reporter, file, &(struct report_options){.several = true, .utf8 = true});
    report_take(&report, &target, VERDICT_NOT_READY, &piece);
    report_take(&report, &target, VERDICT_UNKNOWN, &piece);
    must(report_end(&report) == 0);
    fclose(file);
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str octets = {(const char *)data + 1, size ? size - 1 : 0};
    size_t count = 0;

    if (!size)
        return 0;
    while (reporters[count])
        count++;
    if (data[0] % (count + 1) == 0)
        take_account(octets);
    else
        take_piece(reporters[data[0] % (count + 1) - 1], octets);
    return 0;
}
