/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/btf.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>

/* Bytes from the start of a struct to a member; -1 where it has none. Bitfields are not meant. */
static int64_t member_offset(const struct btf *btf, const char *structure, const char *member)
{
	int id = btf__find_by_name_kind(btf, structure, BTF_KIND_STRUCT);
	const struct btf_type *type = id < 0 ? NULL : btf__type_by_id(btf, (uint32_t)id);

	for (uint32_t i = 0; type && i < btf_vlen(type); i++) {
		const char *name = btf__name_by_offset(btf, btf_members(type)[i].name_off);

		if (name && strcmp(name, member) == 0)
			return btf_member_bit_offset(type, i) / 8;
	}
	return -1;
}

static enum tristate has_member(const struct btf *btf, const char *structure, const char *member)
{
	if (btf__find_by_name_kind(btf, structure, BTF_KIND_STRUCT) < 0)
		return TRISTATE_UNKNOWN;
	return member_offset(btf, structure, member) >= 0 ? TRISTATE_YES : TRISTATE_NO;
}

static int64_t gp_count_offset(const struct btf *btf)
{
	int64_t rss = member_offset(btf, "percpu_rw_semaphore", "rss");
	int64_t count = member_offset(btf, "rcu_sync", "gp_count");

	return rss < 0 || count < 0 ? -1 : rss + count;
}

int lock_types_read(const void *data, size_t size, struct lock_types *ret)
{
	libbpf_print_fn_t print = libbpf_set_print(NULL); /* libraries do not print */
	struct btf *btf = size > UINT32_MAX ? NULL : btf__new(data, (uint32_t)size);
	int r = btf ? (int)libbpf_get_error(btf) : -EINVAL;

	libbpf_set_print(print);
	if (r < 0)
		return r;
	*ret = (struct lock_types){
		.patch = has_member(btf, "signal_struct", "cgroup_threadgroup_rwsem"),
		.has_mode =
			btf__find_by_name_kind(btf, "cgroup_attach_lock_mode", BTF_KIND_ENUM) >= 0
				? TRISTATE_YES
				: TRISTATE_NO,
		.gp_count_offset = gp_count_offset(btf),
	};
	btf__free(btf);
	return 0;
}
