/* cmd/io/interrupt.h - SIGINT, SIGTERM and SIGHUP: the first
 * is a wish to finish, the second ends the program at once. */
#pragma once

/* `at_once` is called from the signal handler of the second signal, before the program ends with status 4. */
void interrupt_install(void (*at_once)(const void *arg), const void *arg);
_Noreturn void interrupt_end(void);     /* as the second signal does */
int interrupt_signal(void);             /* the first one's number; 0: none came */
const char *interrupt_name(int signal); /* "SIGINT" */
