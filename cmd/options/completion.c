/* cmd/options/completion.c - completion of commands, options and their values for bash, zsh and fish. */
#include <string.h>

#include "cmd/options/options.h"
#include "cmd/options/usage.h"
#include "core/result/finding.h"
#include "core/result/receiver.h"
#include "reports/reporter.h"

static bool of_command(enum option_id id, const char *command)
{
    return strcmp(option_table[id].command, command) == 0 && option_is_flag(&option_table[id]);
}

static void print_commands(FILE *out)
{
    for (size_t i = 0; i < all_command_count; i++) {
        if (!all_commands[i]->planned)
            fprintf(out, " %s", all_commands[i]->name);
    }
}

static void print_check_words(FILE *out)
{
    const char *group = "";

    for (enum check_id id = 0; id < CHECK_COUNT; id++) {
        if (strcmp(check_of(id)->group, group) != 0)
            fprintf(out, " %s", check_of(id)->group);
        fprintf(out, " %s", check_of(id)->name);
        group = check_of(id)->group;
    }
}

/* The words that may follow an option, each after a blank. */
static void print_words(FILE *out, const struct option *option)
{
    switch (option->type) {
    case OPTION_CHOICE:
        fprintf(out, " %s", option->choices);
        break;
    case OPTION_CHECKS:
        print_check_words(out);
        break;
    case OPTION_REPORT:
        for (size_t i = 0; reporters[i]; i++)
            fprintf(out, " %s", reporters[i]->name);
        break;
    case OPTION_RECEIVER:
        for (size_t i = 0; i < receiver_count(); i++)
            fprintf(out, " %s", receiver_at(i)->name);
        break;
    case OPTION_READ:
    case OPTION_WRITE:
    case OPTION_FLAG:
    case OPTION_TEXT:
    case OPTION_NUMBER:
        break;
    }
}

static bool has_words(const struct option *option)
{
    return option->type == OPTION_CHOICE || option->type == OPTION_CHECKS || option->type == OPTION_REPORT ||
           option->type == OPTION_RECEIVER;
}

static bool is_file(const struct option *option)
{
    return option->type == OPTION_READ || option->type == OPTION_WRITE;
}

static void print_bash_value(FILE *out, const struct option *option)
{
    if (has_words(option)) {
        fputs("COMPREPLY=($(compgen -W \"", out);
        print_words(out, option);
        fputs("\" -- \"$cur\"))", out);
    } else {
        fputs(is_file(option) ? "COMPREPLY=($(compgen -f -- \"$cur\"))" : "COMPREPLY=()", out);
    }
}

static void print_bash(FILE *out)
{
    fputs("# Completion of mailready for bash: made by \"mailready help --completion bash\".\n"
          "_mailready()\n{\n"
          "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command=audit first=1 i\n"
          "    if [[ $cur == = ]]; then\n        cur=\n"
          "    elif [[ $prev == = ]]; then\n        prev=${COMP_WORDS[COMP_CWORD - 2]}\n    fi\n"
          "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
          "        case ${COMP_WORDS[i]} in\n",
          out);
    for (size_t i = 0; i < all_command_count; i++) {
        if (!all_commands[i]->planned)
            fprintf(out, "        %s) command=%s first=0; break ;;\n", all_commands[i]->name, all_commands[i]->name);
    }
    fputs("        esac\n    done\n    case $command,$prev in\n", out);
    for (enum option_id id = 0; id < OPTION_COUNT; id++) {
        const struct option *option = &option_table[id];

        if (!option_is_flag(option) || option->type == OPTION_FLAG)
            continue;
        fprintf(out, "    %s,--%s", option->command, option->name);
        if (option->letter)
            fprintf(out, " | %s,-%c", option->command, option->letter);
        fputs(") ", out);
        print_bash_value(out, option);
        fputs("; return ;;\n", out);
    }
    fputs("    esac\n    case $command,$cur in\n", out);
    for (size_t i = 0; i < all_command_count; i++) {
        if (all_commands[i]->planned)
            continue;
        fprintf(out, "    %s,-*) COMPREPLY=($(compgen -W \"", all_commands[i]->name);
        for (enum option_id id = 0; id < OPTION_COUNT; id++) {
            if (of_command(id, command_options(all_commands[i])))
                fprintf(out, " --%s", option_table[id].name);
        }
        fputs("\" -- \"$cur\")) ;;\n", out);
    }
    fputs("    explain,*) COMPREPLY=($(compgen -W \"", out);
    print_check_words(out);
    fputs("\" -- \"$cur\")) ;;\n    help,*) COMPREPLY=($(compgen -W \"", out);
    print_commands(out);
    fputs("\" -- \"$cur\")) ;;\n    *) ((first)) && COMPREPLY=($(compgen -W \"", out);
    print_commands(out);
    fputs("\" -- \"$cur\")) ;;\n    esac\n}\ncomplete -F _mailready mailready\n", out);
}

/* Inside '...[help]...': the brackets, the colon and the quote have a meaning there. */
static void print_zsh_text(FILE *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '\'')
            fputs("'\\''", out);
        else if (strchr("[]:\\", *text))
            fprintf(out, "\\%c", *text);
        else
            putc(*text, out);
    }
}

static void print_zsh_value(FILE *out, const struct option *option)
{
    bool is_list = option->type == OPTION_CHECKS;

    if (has_words(option)) {
        fputs(is_list ? "_values -s , check" : "(", out);
        print_words(out, option);
        fputs(is_list ? "" : " )", out);
    } else if (is_file(option)) {
        fputs("_files", out);
    }
}

static void print_zsh_spec(FILE *out, const struct option *option, const char *spelled)
{
    fprintf(out, " \\\n            '%s%s[", option->repeatable ? "*" : "", spelled);
    print_zsh_text(out, option->help);
    fputs("]", out);
    if (option->argument) {
        fputs(":", out);
        print_zsh_text(out, option->argument);
        fputs(":", out);
        print_zsh_value(out, option);
    }
    fputs("'", out);
}

static void print_zsh_option(FILE *out, const struct option *option)
{
    char spelled[64];

    snprintf(spelled, sizeof spelled, "--%s%s", option->name, option->argument ? "=" : "");
    print_zsh_spec(out, option, spelled);
    if (option->letter) {
        snprintf(spelled, sizeof spelled, "-%c%s", option->letter, option->argument ? "+" : "");
        print_zsh_spec(out, option, spelled);
    }
}

static void print_zsh(FILE *out)
{
    fputs("#compdef mailready\n# Completion of mailready for zsh: made by \"mailready help --completion zsh\".\n"
          "_mailready()\n{\n"
          "    local -a commands=(",
          out);
    print_commands(out);
    fputs(
        " )\n    local command=audit\n"
        "    if ((CURRENT == 2)) && [[ $words[2] != -* ]]; then\n        compadd -a commands\n        return\n    fi\n"
        "    if (($commands[(Ie)$words[2]])); then\n        command=$words[2]\n        shift words\n        "
        "((CURRENT--))\n    fi\n"
        "    case $command in\n",
        out);
    for (size_t i = 0; i < all_command_count; i++) {
        const struct command *command = all_commands[i];

        if (command->planned)
            continue;
        fprintf(out, "    %s)\n        _arguments", command->name);
        for (enum option_id id = 0; id < OPTION_COUNT; id++) {
            if (of_command(id, command_options(command)))
                print_zsh_option(out, &option_table[id]);
        }
        if (command == &explain_command) {
            fputs(" \\\n            '*:check:(", out);
            print_check_words(out);
            fputs(" )'", out);
        } else if (command == &help_command) {
            fputs(" \\\n            ':command:(", out);
            print_commands(out);
            fputs(" )'", out);
        }
        fputs("\n        ;;\n", out);
    }
    fputs("    esac\n}\n_mailready \"$@\"\n", out);
}

static void print_fish_text(FILE *out, const char *text)
{
    fputs("'", out);
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\')
            putc('\\', out);
        putc(*text, out);
    }
    fputs("'", out);
}

/* An option of audit belongs to the program as well: "mailready DOMAIN" is short for it. */
static void print_fish_option(FILE *out, const struct option *option)
{
    bool is_audit = strcmp(option->command, audit_command.name) == 0;

    fprintf(out, "complete -c mailready -n '%s%s' -l %s",
            is_audit ? "not __mailready_other" : "__fish_seen_subcommand_from ", is_audit ? "" : option->command,
            option->name);
    if (option->letter)
        fprintf(out, " -s %c", option->letter);
    if (option->argument)
        fputs(is_file(option) ? " -r -F" : " -x", out);
    if (has_words(option)) {
        fputs(" -a '", out);
        print_words(out, option);
        fputs("'", out);
    }
    fputs(" -d ", out);
    print_fish_text(out, option->help);
    fputs("\n", out);
}

static void print_fish(FILE *out)
{
    fputs("# Completion of mailready for fish: made by \"mailready help --completion fish\".\n"
          "function __mailready_other\n    __fish_seen_subcommand_from",
          out);
    for (size_t i = 0; i < all_command_count; i++)
        if (!all_commands[i]->planned && all_commands[i] != &audit_command)
            fprintf(out, " %s", all_commands[i]->name);
    fputs("\nend\ncomplete -c mailready -f\n", out);
    for (size_t i = 0; i < all_command_count; i++) {
        const struct command *command = all_commands[i];

        if (command->planned)
            continue;
        fprintf(out, "complete -c mailready -n '__fish_use_subcommand' -a %s -d ", command->name);
        print_fish_text(out, command->summary);
        fputs("\n", out);
    }
    fputs("complete -c mailready -n '__fish_seen_subcommand_from explain' -a '", out);
    print_check_words(out);
    fputs("'\ncomplete -c mailready -n '__fish_seen_subcommand_from help' -a '", out);
    print_commands(out);
    fputs("'\n", out);
    for (enum option_id id = 0; id < OPTION_COUNT; id++)
        if (of_command(id, option_table[id].command))
            print_fish_option(out, &option_table[id]);
}

void print_completion(FILE *out, const char *shell)
{
    if (strcmp(shell, "zsh") == 0)
        print_zsh(out);
    else if (strcmp(shell, "fish") == 0)
        print_fish(out);
    else
        print_bash(out);
}
