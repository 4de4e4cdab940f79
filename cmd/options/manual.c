/* cmd/options/manual.c - the manual page, in mdoc: its prose is here, its lists are those of the program. */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "cmd/options/options.h"
#include "cmd/options/usage.h"
#include "core/base/limits.h"
#include "reports/reporter.h"

static const char date[] = "November 24, 2026"; /* of the last change of this text */

enum { LINE_WIDTH = 78 };

/* Text in lines: nothing in it is taken for a request or an escape. */
static void print_text(FILE *out, const char *text, size_t length, bool capital)
{
    size_t column = 0;

    for (size_t at = 0; at < length;) {
        size_t word = at;

        while (word < length && text[word] != ' ')
            word++;
        if (column > 0 && column + 1 + (word - at) > LINE_WIDTH) {
            putc('\n', out);
            column = 0;
        } else if (column > 0) {
            putc(' ', out);
            column++;
        }
        if (text[at] == '.' || text[at] == '\'')
            fputs("\\&", out);
        column += word - at;
        for (; at < word; at++) {
            if (text[at] == '\\')
                fputs("\\e", out);
            else
                putc(capital ? toupper((unsigned char)text[at]) : text[at], out);
            capital = false;
        }
        while (at < length && text[at] == ' ')
            at++;
    }
}

static void print_sentence(FILE *out, const char *begin, const char *text)
{
    char sentence[INPUT_LINE_MAX];
    int length = snprintf(sentence, sizeof sentence, "%s%s.", begin, text);

    print_text(out, sentence, length > 0 ? (size_t)length : 0, true);
    putc('\n', out);
}

/* Requests as they are, text in lines that are not too long. */
static void print_prose(FILE *out, const char *prose)
{
    while (*prose) {
        size_t length = strcspn(prose, "\n");

        if (*prose == '.')
            fwrite(prose, 1, length, out);
        else
            print_text(out, prose, length, false);
        putc('\n', out);
        prose += length + (prose[length] == '\n');
    }
}

static void print_options(FILE *out, const char *command, enum option_group group)
{
    fputs(".Bl -tag -width Ds\n", out);
    for (enum option_id id = 0; id < OPTION_COUNT; id++) {
        const struct option *option = &option_table[id];

        if (strcmp(option->command, command) != 0 || option->group != group || !option_is_flag(option))
            continue;
        fputs(".It ", out);
        if (option->letter)
            fprintf(out, "Fl %c , ", option->letter);
        fprintf(out, "Fl Fl %s", option->name);
        if (option->argument)
            fprintf(out, " Ar %s", option->argument);
        putc('\n', out);
        print_sentence(out, "", option->help);
        if (option->standard)
            print_sentence(out, "The default is ", option->standard);
        if (option->repeatable)
            fputs("May be given several times.\n", out);
    }
    fputs(".El\n", out);
}

/* Of the project file, beside the options. */
static void print_keys(FILE *out)
{
    fputs(".Bl -tag -width Ds\n", out);
    for (enum option_id id = 0; id < OPTION_COUNT; id++) {
        if (!option_table[id].file_only || option_table[id].planned)
            continue;
        fprintf(out, ".It Cm %s No = Ar %s\n", option_table[id].name, option_table[id].argument);
        print_sentence(out, "", option_table[id].help);
    }
    fputs(".El\n", out);
}

static void print_commands(FILE *out)
{
    for (size_t i = 0; i < all_command_count; i++) {
        const struct command *command = all_commands[i];

        if (command->planned)
            continue;
        fprintf(out, ".Ss %s\n.Bd -literal -offset indent\nmailready %s %s\n.Ed\n.Pp\n", command->name, command->name,
                command->synopsis);
        print_sentence(out, "", command->summary);
        if (command->options_of)
            fprintf(out, "The options are those of\n.Cm %s .\n", command->options_of);
        else if (command != &audit_command)
            print_options(out, command->name, GROUP_MORE);
    }
}

static void print_formats(FILE *out)
{
    fputs(".Sh FORMATS\n.Bl -tag -width Ds\n", out);
    for (size_t i = 0; reporters[i]; i++) {
        fprintf(out, ".It Cm %s", reporters[i]->name);
        if (reporters[i]->suffix)
            fprintf(out, " Pq suffix Pa %s", reporters[i]->suffix);
        putc('\n', out);
        print_sentence(out, "", reporters[i]->summary);
    }
    fputs(".El\n", out);
}

static void print_statuses(FILE *out)
{
    fputs(".Sh EXIT STATUS\n.Bl -tag -width Ds\n", out);
    for (const struct exit_text *at = exit_texts; at->text; at++) {
        fprintf(out, ".It %d\n", (int)at->status);
        print_sentence(out, "", at->text);
    }
    fputs(".El\n.Pp\n"
          "When several apply, 4 wins over 1, that over 3, and that over 0.\n"
          "A required check is one that could have been a failure.\n"
          "With\n.Fl Fl format Cm nagios\n"
          "on standard output they are those of plugins:\n"
          "0 for OK, 1 for warnings that do not count, 2 for findings that do,\n"
          "3 for everything that is not known, wrong options among it.\n",
          out);
}

static const char head[] =
    ".Sh NAME\n"
    ".Nm mailready\n"
    ".Nd tell whether receivers will take the mail that a domain sends\n"
    ".Sh SYNOPSIS\n"
    ".Nm\n"
    ".Op Ar options\n"
    ".Ar domain ...\n"
    ".Nm\n"
    ".Ar command\n"
    ".Op Ar options\n"
    ".Nm\n"
    ".Fl Fl version\n"
    ".Sh DESCRIPTION\n"
    ".Nm\n"
    "looks at a domain, its mail hosts and the addresses that send its mail as a receiver does.\n"
    "It asks the DNS, opens an SMTP session to every mail host, leaves it politely without sending a message, and "
    "tells what is in\n"
    "the way of delivery, who can change it, and the record to publish where that is the remedy.\n"
    ".Pp\n"
    "What cannot be established is\n"
    ".Em unknown ,\n"
    "with the reason and whose side it is on: never a failure, and never a pass.\n"
    "Name servers that lose a question are asked five times more and said to answer, say, 3 of 5; if root servers, "
    "asked "
    "at the same\n"
    "moments, lose one too, it may be the network here, and the audit is to be repeated.\n"
    ".Pp\n"
    "Without a command the arguments are those of\n"
    ".Cm audit .\n"
    ".Sh COMMANDS\n";

static const char sources_of_options[] =
    ".Sh CONFIGURATION\n"
    "Every option of\n"
    ".Cm audit\n"
    "can be set in three places.\n"
    "The command line wins over the environment, that over the configuration file: the strongest place that mentions "
    "an option decides\n"
    "alone, and repeatable options are not added up.\n"
    "A flag that is set elsewhere is taken back by\n"
    ".Fl Fl Ns Ar flag Ns Cm =no .\n"
    ".Pp\n"
    "The project file is\n"
    ".Pa .mailready.conf\n"
    "of the working directory, where no domain is named, or what\n"
    ".Fl Fl config\n"
    "names.\n"
    "It has lines of the form\n"
    ".Dl key = value\n"
    "with the long names of options as keys, and\n"
    ".Cm yes\n"
    "or\n"
    ".Cm no\n"
    "as values of flags.\n"
    "Lines under\n"
    ".Cm [example.org]\n"
    "are about that domain and win over those under\n"
    ".Cm [defaults] ,\n"
    "where options about the whole run stand: format, output, resolver and the like.\n"
    "Without a domain on the command line all that have a section are audited.\n"
    "Lines that begin with # are comments.\n"
    "A repeatable option may have several lines.\n"
    "Unknown keys and values that are not understood are errors.\n"
    ".Cm mailready config\n"
    "shows every setting and where it comes from.\n"
    ".Pp\n"
    "These keys are no options:\n",
                  keys_end[] = ".Sh ENVIRONMENT\n"
                               ".Bl -tag -width Ds\n"
                               ".It Ev MAILREADY_*\n"
                               "An option of\n"
                               ".Cm audit ,\n"
                               "in capitals and with underscores:\n"
                               ".Ev MAILREADY_FAIL_ON\n"
                               "for\n"
                               ".Fl Fl fail-on .\n"
                               "Repeatable options that are not about files take several values, separated by blanks.\n"
                               ".It Ev CI\n"
                               "When it is set, as CI systems do, or a report goes into a file, standard error tells "
                               "the findings that make the exit status,\n"
                               "one a line, and the verdict of each domain.\n"
                               ".It Ev NO_COLOR\n"
                               "When it is set and not empty, the text report is without colours.\n"
                               ".El\n"
                               ".Sh FILES\n"
                               "A report appears under its name only when it is complete; until then, and when "
                               "something fails, the report that "
                               "was there before\n"
                               "stays.\n"
                               "After an interruption what there is goes to\n"
                               ".Pa FILE.partial .\n"
                               ".Pp\n"
                               "The journal has the evidence of every finished audit, 3 kB for an ordinary domain, and "
                               "goes when all is reported.\n"
                               "After an interruption of any kind the same command with\n"
                               ".Fl Fl resume\n"
                               "makes reports as of an undisturbed run; standard output gets all of it again.\n"
                               "A power cut costs the audits of the last five seconds, which are done again.\n"
                               ".Pp\n"
                               "Reports have mode 0600, and symbolic links are not followed.\n"
                               ".Sh PRIVILEGES\n"
                               "None are needed.\n"
                               "Started as root, a process of its own audits, as the user\n"
                               ".Cm mailready\n"
                               "of\n"
                               ".Pa /etc/passwd ,\n"
                               "or else\n"
                               ".Cm nobody ,\n"
                               "without capabilities; root writes the reports.\n"
                               "A firewall that lets only some users connect to port 25 has to let that one.\n"
                               "Where it may not read the certificates that\n"
                               ".Ev SSL_CERT_FILE\n"
                               "or\n"
                               ".Ev SSL_CERT_DIR\n"
                               "names, it stays root, and the report says so.\n";

static const char tail[] =
    "Many domains, one JSON document a line:\n"
    ".Dl mailready audit --domains domains.txt --format jsonl\n"
    ".Pp\n"
    "Keep the evidence, and judge it again later:\n"
    ".Dl mailready audit --record evidence.json example.org\n"
    ".Dl mailready audit --replay evidence.json\n"
    ".Pp\n"
    "Check a zone before it is published, as in a pull request:\n"
    ".Dl mailready audit --zone zones/example.org example.org\n"
    ".Pp\n"
    "In a pipeline, stop at warnings of the reverse names only:\n"
    ".Dl mailready audit --only ptr --fail-on warn example.org\n"
    ".Sh SEE ALSO\n"
    ".Rs\n"
    ".%T Simple Mail Transfer Protocol\n"
    ".%R RFC 5321\n"
    ".Re\n"
    ".Pp\n"
    ".Nm mailready checks\n"
    "and\n"
    ".Nm mailready explain\n"
    "name the sources of every check.\n";

void print_manual(FILE *out)
{
    fprintf(
        out,
        ".\\\" Made by \"mailready help --man\" from the option table: change that.\n.Dd %s\n.Dt MAILREADY 1\n.Os\n",
        date);
    print_prose(out, head);
    print_commands(out);
    fputs(".Sh OPTIONS\nOptions of\n.Cm audit :\n", out);
    for (const struct option_group_text *at = option_groups; at->title; at++) {
        fprintf(out, ".Ss %s\n", at->title);
        print_options(out, "audit", at->group);
    }
    print_formats(out);
    print_prose(out, sources_of_options);
    print_keys(out);
    print_prose(out, keys_end);
    print_statuses(out);
    fputs(".Sh EXAMPLES\n", out);
    for (const struct usual_line *at = usual_lines; at->command; at++) {
        print_sentence(out, "", at->does);
        fprintf(out, ".Dl %s\n.Pp\n", at->command);
    }
    print_prose(out, tail);
}
