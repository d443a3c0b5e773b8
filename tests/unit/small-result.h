/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A result of one series as text: small enough to be broken in every way there is. */
#ifndef CGCHURN_TESTS_SMALL_RESULT_H
#define CGCHURN_TESTS_SMALL_RESULT_H

/* Samples: 100, 101, 101, 3000 and 3007, which share a bucket of [2992, 3008). */
static const char small_result[] =
	"{\n"
	"\"schema\": \"cgchurn-result/1\",\n"
	"\"tool\": {\"name\": \"cgchurn\", \"version\": \"0.1.0\"},\n"
	"\"id\": \"4f9c\", \"label\": null, \"started_at\": \"2026-01-31T23:59:59Z\",\n"
	"\"complete\": true, \"attributed\": false, \"raw\": false, \"seed\": 7,\n"
	"\"sequence\": {\"block\": 1, \"position\": 2},\n"
	"\"host\": {\"boot_id\": \"b\", \"kernel\": {\"release\": \"6.18\", \"tainted\": 0},\n"
	"  \"lock\": {\"patch_present\": true, \"regime\": \"global\", \"evidence\": [\"BTF\"]},\n"
	"  \"load1\": 0.5},\n"
	"\"instrument\": {\"clock_ns\": 20.5, \"null_step_ns\": 50, \"record_ns\": null},\n"
	"\"runs\": [{\n"
	"  \"workload\": {\"name\": \"w\", \"sha256\": \"00\", \"spec\": {\"primary\": [\n"
	"    {\"actor\": \"a\", \"span\": \"write\", \"metric\": \"p50\", \"tolerance\": 0.1}]}},\n"
	"  \"trials_planned\": 1,\n"
	"  \"hierarchy\": {\"groups\": 2, \"controllers\": [\"pids\"], \"skipped\": "
	"[\"memory\"]},\n"
	"  \"trials\": [{\n"
	"    \"index\": 0, \"started_at\": \"2026-01-31T23:59:59Z\", \"duration_ns\": 1000,\n"
	"    \"setup_ns\": 1, \"teardown_ns\": 2, \"valid\": false, \"reasons\": [\"steal\"],\n"
	"    \"env\": {\"clock_source\": \"tsc\", \"load1\": 0.25, \"steal_ns\": 3,\n"
	"      \"throttled_ns\": null, \"psi_cpu_ns\": 4, \"taint\": 0},\n"
	"    \"series\": [{\n"
	"      \"actor\": \"a\", \"stressor\": \"migrate\", \"span\": \"write\",\n"
	"      \"time\": \"response\", \"count\": 5, \"errors\": {\"EAGAIN\": 2}, \"clipped\": 0,\n"
	"      \"planned\": 6, \"late\": 1, \"missed\": 1, \"rate_per_s\": 5000000,\n"
	"      \"min_ns\": 100, \"max_ns\": 3007, \"sum_ns\": 6309,\n"
	"      \"thresholds\": [{\"ns\": 100, \"above\": 4}, {\"ns\": 200, \"above\": 2}],\n"
	"      \"histogram\": {\"sub_bucket_bits\": 7,\n"
	"        \"buckets\": [[100, 1], [101, 2], [2992, 2]]},\n"
	"      \"intervals\": {\"interval_ns\": 500, \"counts\": [4, 1], \"sums_ns\": [3302, "
	"3007],\n"
	"        \"max_ns\": [3000, 3007]}\n"
	"    }]\n"
	"  }]\n"
	"}]\n"
	"}\n";

#endif
