/* tests/fuzz/fuzz_reports.c - whatever a finding quotes, every report stays what it is (threats.md, section 7). */

#include <cjson/cJSON.h>
#include <expat.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "reports/reporter.h"
#include "tests/fuzz/rendered.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FINDINGS = 6 };

/* One finding of each status; all their texts are the data. */
static const struct result *quoting(struct arena *arena, const char *text)
{
    static const struct target target = {.domain = "example.org", .unicode = "example.org", .smtp_port = 25};
    static const enum check_id checks[FINDINGS] = {PTR_FCRDNS,  PTR_GENERIC,   SMTP_DELAY,
                                                   BANNER_FQDN, HELO_RESOLVES, MX_EXISTS};
    const struct finding **findings = ARENA_ARRAY(arena, const struct finding *, FINDINGS);
    struct result *result = ARENA_NEW(arena, struct result);

    *result = (struct result){
        .target = &target, .verdict = VERDICT_NOT_READY, .findings = findings, .finding_count = FINDINGS};
    for (size_t i = 0; i < FINDINGS; i++) {
        struct finding *f = ARENA_NEW(arena, struct finding);
        const char **records = ARENA_ARRAY(arena, const char *, 1);

        records[0] = text;
        *f = (struct finding){.check = checks[i],
                              .status = (enum status)i,
                              .worst = FAIL,
                              .about = subject_host(text),
                              .subject = text,
                              .message = text,
                              .remedy = text,
                              .records = {records, 1},
                              .because = CHECK_NONE};
        findings[i] = f;
        result->counts[i] = 1;
    }
    return result;
}

/* Lines of reports end in LF, those of CSV in CR LF; nothing else is below a blank. */
static void expect_lines(const char *text, bool commands)
{
    EXPECT(!strstr(text, "##[") && !strstr(text, "##vso[") && !strstr(text, "##teamcity["));
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
        const char *begin = line + strspn(line, " ");

        EXPECT(commands || strncmp(begin, "::", 2) != 0);
        for (const char *at = line; *at && *at != '\n'; at++)
            EXPECT((unsigned char)*at >= ' ' || (*at == '\r' && at[1] == '\n'));
        if (!strchr(line, '\n'))
            break;
    }
}

static void expect_commands(const char *text)
{
    size_t count = 0;

    for (const char *line = text; *line; line += strcspn(line, "\n") + 1, count++)
        EXPECT(strncmp(line, "::error title=", 14) == 0 || strncmp(line, "::notice title=", 15) == 0);
    EXPECT(count == 3); /* two that count with --fail-on warn, one that is undecided */
}

static void expect_json(const char *text)
{
    cJSON *parsed = cJSON_ParseWithOpts(text, NULL, true);

    EXPECT(parsed != NULL);
    cJSON_Delete(parsed);
}

static void expect_xml(const char *text)
{
    XML_Parser parser = XML_ParserCreate("UTF-8");

    EXPECT(parser && XML_Parse(parser, text, (int)strlen(text), 1) == XML_STATUS_OK);
    XML_ParserFree(parser);
}

static void expect_table(const char *text)
{
    size_t fields = 0, rows = 0;
    bool quoted = false;

    for (const char *at = text; *at; at++) {
        if (*at == '"')
            quoted = !quoted;
        else if (!quoted && *at == ',')
            fields++;
        else if (!quoted && *at == '\n')
            rows++;
        if (at[0] == '"' && quoted && (at == text || at[-1] == ',' || at[-1] == '\n'))
            EXPECT(at[1] == '\0' || !strchr("=+-@", at[1]));
    }
    EXPECT(!quoted && rows == 1 + FINDINGS && fields % rows == 0);
}

static void expect_figures(const char *text) /* the bar stands once, in the first line */
{
    size_t bar = strcspn(text, "|");

    EXPECT(bar < strcspn(text, "\n") && text[bar + 1 + strcspn(text + bar + 1, "|")] == '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(1024 * 1024 + size * 64);
    struct str bytes = {(const char *)data, strnlen((const char *)data, size)}; /* texts of findings have no NUL */
    const struct result *result = quoting(arena, size ? str_text(arena, bytes) : "");

    for (size_t i = 0; reporters[i]; i++) {
        const char *name = reporters[i]->name;
        char *text = rendered(reporters[i], &(struct report_options){.several = true, .utf8 = true}, result);

        expect_lines(text, strcmp(name, "github") == 0);
        if (strcmp(name, "github") == 0)
            expect_commands(text);
        if (strcmp(name, "json") == 0 || strcmp(name, "sarif") == 0 || strcmp(name, "gitlab") == 0)
            expect_json(text);
        if (strcmp(name, "junit") == 0)
            expect_xml(text);
        if (strcmp(name, "csv") == 0)
            expect_table(text);
        if (strcmp(name, "nagios") == 0)
            expect_figures(text);
        free(text);
    }
    arena_free(arena);
    return 0;
}
