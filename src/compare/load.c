/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compare/load.h"

#include <errno.h>

#include "base/cleanup.h"
#include "result/json.h"

int load_result(struct input *input, struct result **ret, struct err *e)
{
	_cleanup_free char *text = NULL;
	size_t size;
	int r = input_read(input, &text, &size, e);

	return r < 0 ? r : result_from_json(text, size, input->path, ret, e);
}

int load_side(struct data *d, int side, struct inputs *inputs, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < inputs->n; i++) {
		_cleanup_(cleanup_result) struct result *result = NULL;

		r = load_result(&inputs->items[i], &result, e);
		if (r == 0)
			r = data_add(d, side, inputs->items[i].path, result, e);
	}
	if (r == 0 && inputs->n && !d->side[side].n_invocations)
		return err_set(e, EXIT_USAGE, ENODATA, "%s%s: no result holds a trial",
			       inputs->items[0].path, inputs->n > 1 ? " and others" : "");
	return r;
}
