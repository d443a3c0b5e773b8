/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes the made-up result of the unit tests, and each of its samples, for validators and scripts
 * in other languages: make-sample SEED RESULT RAW.
 */
#include "../unit/fake-attribution.h"
#include "../unit/fake-result.h"
#include "result/json.h"

int main(int argc, char **argv)
{
	struct err e = {0};
	struct result_stack_samples *stack_samples;
	struct result *r;
	int k;

	if (argc != 4)
		return EXIT_USAGE;
	fake_raw = fopen(argv[3], "w");
	if (!fake_raw)
		return EXIT_FAULT;
	r = fake_result(strtoull(argv[1], NULL, 10));
	r->runs[0].trials[0].series[0].attribution = fake_attribution();
	stack_samples = result_add_stack_samples(&r->runs[0].trials[0]);
	assert_non_null(stack_samples);
	strcpy(stack_samples->actor, "migrator");
	stack_samples->parts[PART_ASLEEP] = 70;
	k = result_write(r, argv[2], &e);
	result_destroy(r);
	if (fclose(fake_raw) != 0)
		return EXIT_FAULT;
	if (k < 0)
		err_print(&e, stderr);
	return k < 0 ? EXIT_FAULT : EXIT_DONE;
}
