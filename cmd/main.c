/* cmd/main.c - finds the command and runs it. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/command.h"
#include "cmd/io/interrupt.h"
#include "cmd/io/output.h"
#include "core/base/loop.h"

enum { COMMANDS_MAX = 16 };

/* A descriptor that the caller closed must not be given to a file that we open: reports would go where messages should.
 * Opened the wrong way round, so that using it fails as if it were closed. */
static void fill_closed_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0)
            return;
    }
}

static void break_down(int unused)
{
    (void)unused;
    complain("this machine has no descriptors or memory left to wait with");
    interrupt_end();
}

static enum exit_status version(void)
{
    puts("mailready " MAILREADY_VERSION);
    return output_stdout_done() ? EXIT_STATUS_READY : EXIT_STATUS_FAULT;
}

static bool may_be_domain(const char *word)
{
    for (const char *at = word; *at; at++) {
        if (*at == '.' || *at == '@' || *at == ':' || *at == '/' || (unsigned char)*at >= 0x80)
            return true;
    }
    return false;
}

static enum exit_status no_such_command(const char *word)
{
    const char *names[COMMANDS_MAX], *nearest;
    size_t count = 0;

    for (size_t i = 0; i < all_command_count && count < COMMANDS_MAX; i++) {
        if (!all_commands[i]->planned)
            names[count++] = all_commands[i]->name;
    }
    nearest = nearest_of(word, names, count);
    if (nearest)
        complain("\"%s\" is neither a command nor a domain; did you mean \"%s\"?", word, nearest);
    else
        complain("\"%s\" is neither a command nor a domain; see \"mailready --help\"", word);
    return EXIT_STATUS_USAGE;
}

static enum exit_status run(int argc, char **argv)
{
    const struct command *command;

    if (argc < 2)
        return audit_command.run(argc, argv);
    if (strcmp(argv[1], "--version") == 0 && argc == 2)
        return version();
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return help_command.run(argc - 1, argv + 1);

    command = command_named(argv[1]);
    if (command && command->planned) {
        complain("%s is not available in this version", command->planned);
        return EXIT_STATUS_USAGE;
    }
    if (command)
        return command->run(argc - 1, argv + 1);
    if (argv[1][0] == '-' || may_be_domain(argv[1]))
        return audit_command.run(argc, argv);
    return no_such_command(argv[1]);
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* RLIMIT_FSIZE is a disk that is full */
    fill_closed_descriptors();
    loop_on_broken(break_down);
    return (int)run(argc, argv);
}
