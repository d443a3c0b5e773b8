/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compare/load.h"

#include <errno.h>

#include "base/cleanup.h"
#include "result/json.h"

static int load(struct data *d, int side, struct input *input, struct err *e)
{
	_cleanup_free char *text = NULL;
	struct result *result;
	size_t size;
	int r = input_read(input, &text, &size, e);

	if (r == 0)
		r = result_from_json(text, size, input->path, &result, e);
	if (r < 0)
		return r;
	r = data_add(d, side, input->path, result, e);
	result_destroy(result);
	return r;
}

int load_side(struct data *d, int side, struct inputs *inputs, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < inputs->n; i++)
		r = load(d, side, &inputs->items[i], e);
	if (r == 0 && inputs->n && !d->side[side].n_invocations)
		return err_set(e, EXIT_USAGE, ENODATA, "%s%s: no result holds a trial",
			       inputs->items[0].path, inputs->n > 1 ? " and others" : "");
	return r;
}
