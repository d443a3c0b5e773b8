/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What differs between two specifications of a workload, in words: a digest says that, not what. */
#ifndef CGCHURN_COMPARE_SETTINGS_H
#define CGCHURN_COMPARE_SETTINGS_H

/*
 * Both specs as JSON texts; what changes no measurement (trials, why, primary) is left out. Each of
 * `ret` gets its side's values of what differs, as "duration_s 5; storm.workers 2", with "-" for
 * what it leaves to its default; the caller frees. -EINVAL where a spec cannot be read or nothing
 * differs, -ENOMEM.
 */
int settings_differences(const char *const specs[2], char *ret[2]);

#endif
