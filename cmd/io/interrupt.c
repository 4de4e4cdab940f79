/* cmd/io/interrupt.c - notes signals. */
#include "cmd/io/interrupt.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "cmd/command.h"

/* A signal handler has no argument of its own; this is the one place where that needs a global. */
static struct {
    volatile sig_atomic_t first;
    void (*at_once)(const void *arg);
    const void *arg;
} interrupt;

_Noreturn void interrupt_end(void)
{
    if (interrupt.at_once)
        interrupt.at_once(interrupt.arg);
    _exit(EXIT_STATUS_FAULT);
}

static void note(int signal)
{
    if (interrupt.first)
        interrupt_end();
    interrupt.first = signal;
}

void interrupt_install(void (*at_once)(const void *arg), const void *arg)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART}, before;

    interrupt.at_once = at_once;
    interrupt.arg = arg;
    sigfillset(&action.sa_mask);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN) /* nohup */
            sigaction(signals[i], &action, NULL);
    }
}

int interrupt_signal(void)
{
    return interrupt.first;
}

const char *interrupt_name(int signal)
{
    return signal == SIGINT ? "SIGINT" : signal == SIGTERM ? "SIGTERM" : "SIGHUP";
}
