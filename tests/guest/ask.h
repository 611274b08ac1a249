/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of the rig's agent share. */
#ifndef XHV_RIG_ASK_H
#define XHV_RIG_ASK_H

/* agent.c */
void die(const char *what) __attribute__((noreturn));

/* Runs and exits if the program was started as rig-stat or rig-host. */
void ask_main(int argc, char **argv);

/* Returns the agent's socket for these, listening, or -1. */
int ask_listen(void);

#endif
