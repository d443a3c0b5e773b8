/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of commands and options as JSON, which man pages and completions are made from. */
#ifndef CGCHURN_COMMAND_DESCRIBE_H
#define CGCHURN_COMMAND_DESCRIBE_H

#include <stdio.h>

#include "command/command.h"

/*
 * {"version", "commands": [{"name", "summary", "arguments", "help", "options": [{"name", "letter",
 * "argument", "help", "repeats", "choices"}]}], "stressors": [{"name", "summary"}]}; "letter" and
 * "argument" are null where there is none, "choices" is empty where any value may be given. --help,
 * which every command has, is among the options. `commands` ends in NULL. 0 or -ENOMEM.
 */
int command_describe(const struct command *const *commands, const char *version, FILE *to);

#endif
