#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# deploy/: the files are well made, and a fleet's plan holds what has been done and what is missing. With hosts it is tried
# by tests/kernel/fleet.bats and scripts/fleet-guests, the image by tests/guest/oci.bats.

setup() {
	deploy=$CGCHURN_SOURCE/deploy
	fleet=$CGCHURN_SOURCE/scripts/lib/fleet
	cd "$BATS_TEST_TMPDIR"
	export LC_ALL=C.UTF-8 # Ansible refuses others
}

need() { command -v "$1" >/dev/null || skip "$1 is not installed"; }

@test "YAML: well made" {
	need yamllint
	yamllint -s -c "$deploy/ansible/.yamllint" "$deploy"
}

@test "Ansible: syntax, and what ansible-lint finds" {
	need ansible-playbook
	export HOME=$BATS_TEST_TMPDIR ANSIBLE_CONFIG=$deploy/ansible/ansible.cfg
	ansible-playbook -i "$deploy/ansible/inventory.example.yml" --syntax-check "$deploy/ansible/compare.yml"
	need ansible-lint
	cp -r "$deploy/ansible" lint && cd lint
	ansible-lint -q --offline --nocolor
}

@test "Kubernetes: what the pods must and must not have" {
	/usr/bin/python3 -c 'import yaml' 2>/dev/null || skip "python3-yaml is not installed"
	/usr/bin/python3 - "$deploy"/kubernetes/{job,daemonset}.yaml <<-'END'
	import sys, yaml
	for path in sys.argv[1:]:
	    pod = yaml.safe_load(open(path))["spec"]["template"]["spec"]
	    assert not any(pod.get(key) for key in ("hostPID", "hostIPC", "hostNetwork")), path
	    assert pod["automountServiceAccountToken"] is False, path
	    assert [volume["hostPath"]["path"] for volume in pod["volumes"]] == ["/var/lib/cgchurn"], path
	    measuring = [c for c in pod["containers"] + pod.get("initContainers", []) if c["name"] == "cgchurn"]
	    assert len(measuring) == 1 and "cpu" not in measuring[0]["resources"]["limits"], path
	    assert measuring[0]["securityContext"] == {"privileged": True}, path
	    # Privileged is in the host's cgroup namespace: without this the run would work at the top of the host's tree.
	    assert ' --cgroup-root="/sys/fs/cgroup$$(busybox sed -n s/^0:://p /proc/self/cgroup)" ' in measuring[0]["command"][-1], path
	END
}

# described HOST...: what `fleet plan` is given: these hosts, and what each said of two kernels.
described() {
	/usr/bin/python3 - "$@" <<-'END'
	import json, sys
	side = lambda label, digest: {"label": label, "spec": "/boot/" + label, "image": "/boot/" + label, "sha256": digest * 64,
	                              "initrd": "", "release": "6.1-" + label, "parameters": []}
	said = {"sides": [side("a", "0"), side("b", "1")], "command_line": ["quiet"], "program": "/usr/bin/cgchurn",
	        "program_sha256": "2" * 64}
	hosts = {name.rstrip("?"): None if name.endswith("?") else said for name in sys.argv[1:]}
	print(json.dumps({"hosts": hosts, "seed": "7", "request": {"specs": ["/boot/a", "/boot/b"], "boots": "2", "workloads": [],
	                                                           "run": [], "method": "kexec", "settle_s": "0"}}))
	END
}

# record OUTCOME FILE: a boot's record as a host packs it.
record() {
	rm -rf packed && mkdir packed
	echo "{\"outcome\": \"$1\", \"detail\": \"said so\", \"accelerator\": \"none\"}" >packed/boot.json
	[ -z "${2:-}" ] || cp "$2" packed/result.json
	tar -C packed -cf record.tar .
}

@test "a fleet's plan: blocks of every kernel, each host's own, the same again by the same seed" {
	described one two | "$fleet" plan first >todo
	described one two | "$fleet" plan second
	cmp first/plan.json second/plan.json
	python3 - <<-'END'
	import json
	plan, todo = json.load(open("first/plan.json")), json.load(open("todo"))
	assert len(plan["order"]) == 4 and all(sorted(block) == [0, 1] for block in plan["order"]), plan
	numbers = {host: [boot["number"] for boot in boots] for host, boots in todo.items()}
	assert numbers == {"one": [1, 2, 5, 6], "two": [3, 4, 7, 8]}, numbers
	assert json.load(open("first/hosts/two.json"))["command_line"] == ["quiet"]
	END
}

@test "a fleet's plan: finished and failed boots are not done again, those of a lost host are, and are said to be missing" {
	described one two? | "$fleet" plan out
	record ok "$CGCHURN_SOURCE/tests/golden/result/sample.json"
	"$fleet" take out 1 record.tar
	record panic
	"$fleet" take out 2 record.tar
	"$fleet" lost out 5 "Reboot: no answer"
	described one two | "$fleet" plan out >todo
	python3 - <<-'END'
	import json
	assert {h: [b["number"] for b in boots] for h, boots in json.load(open("todo")).items()} == {"one": [5, 6], "two": [3, 4, 7, 8]}
	END
	run "$fleet" conclude out "$CGCHURN"
	[ "$status" -eq 1 ]
	[ "$(grep -c '^missing: ' <<<"$output")" -eq 6 ]
	[ "$(grep -c '^missing: two, block [24], ' <<<"$output")" -eq 4 ]
	[[ "$output" == *"missing: one, block 3, "*"unreachable: Reboot: no answer"* ]]
	[[ "$output" == *"failed: one, block 1, "*"panic: said so"* ]]
}

@test "a fleet that stops once all is decided: by the first blocks without a gap, and then nothing is missing" {
	few() { described one two | sed 's/"boots": "2"/"boots": "4", "until_decided": true/'; }
	few | "$fleet" plan out >todo
	mkdir pool
	"$CGCHURN_BUILD/tests/cli/make-results" pool/a 8 name=a seed=21
	"$CGCHURN_BUILD/tests/cli/make-results" pool/b 8 name=b seed=22 migration=2 forks=2
	boots_of() {
		for number in "$@"; do
			python3 - "$number" <<-'END'
			import json, sys
			number, plan = int(sys.argv[1]), json.load(open("out/plan.json"))
			block, position = divmod(number - 1, 2)
			result = json.load(open(f"pool/{'ab'[plan['order'][block][position]]}/{block:04}.json"))
			result["sequence"] = {"block": block + 1, "position": position + 1}
			json.dump(result, open("result.json", "w"))
			END
			record ok result.json
			"$fleet" take out "$number" record.tar
		done
	}
	needed() { run --separate-stderr -0 "$fleet" needed out "$1" "$CGCHURN"; [ "$output" = "$2" ]; }
	needed 1 yes
	# Blocks 1 to 7 without the second boot of block 2: what comes after the gap does not count.
	boots_of 1 2 3 $(seq 5 14)
	needed 15 yes
	boots_of 4
	needed 15 no
	needed 16 yes # the other boot of a block that was begun
	run "$fleet" conclude out "$CGCHURN"
	[ "$status" -eq 1 ] && [[ "$output" != *"missing: "* && "$output" == *"regression"* ]]
	[ "$(few | sed 's/"boots": "4"/"boots": "1"/' | { ! "$fleet" plan other 2>&1; })" = \
		"fleet: with cgchurn_until_decided the boots of a kernel on all hosts, 2, are 4 to 50" ]
}

@test "a fleet's report is told what its comparison is" {
	described one two | "$fleet" plan out >todo
	record ok "$CGCHURN_SOURCE/tests/golden/result/sample.json"
	"$fleet" take out 1 record.tar
	"$fleet" take out 2 record.tar
	cat >program <<-'END'
	#!/bin/sh
	case $1 in
	compare) : >"$3.json" ;; # --save
	report) printf '%s\n' "$@" >told ;;
	esac
	END
	chmod +x program
	run "$fleet" conclude out ./program --tolerance 20 --require-decision --seed=3 --allow-different=workload --paired
	run grep -e '^--' told
	[ "$output" = "--tolerance=20
--allow-different=workload
--paired" ]
}

@test "a fleet's plan: other kernels, other hosts, another request and another seed are refused" {
	described one two | "$fleet" plan out
	run "$fleet" plan out <<<"$(described one two | sed 's/"boots": "2"/"boots": "3"/')"
	[ "$status" -eq 0 ] # nothing has been done of it
	grep -q '"boots": 3' out/hosts/two.json
	record panic
	"$fleet" take out 1 record.tar
	run "$fleet" plan out <<<"$(described one two)"
	[ "$status" -eq 2 ]
	[[ "$output" == *"holds a comparison with boots 3 (now 2)"* ]]
	run "$fleet" plan out <<<"$(described one two | sed 's/"boots": "2"/"boots": "3"/; s/"seed": "7"/"seed": "8"/')"
	[ "$status" -eq 2 ]
	[[ "$output" == *"holds a comparison with seed 7 (now 8)"* ]]
	"$fleet" plan out <<<"$(described one two | sed 's/"boots": "2"/"boots": "3"/; s/"seed": "7"/"seed": ""/')" >/dev/null
	run "$fleet" plan out <<<"$(described one two three | sed 's/"boots": "2"/"boots": "3"/')"
	[ "$status" -eq 2 ]
	[[ "$output" == *"three: not of the comparison"* ]]
	run "$fleet" plan out <<<"$(described one two | sed 's/"boots": "2"/"boots": "3"/; s/1111/3333/2')"
	[ "$status" -eq 2 ]
	[[ "$output" == *"one: /boot/b differs from what the comparison has, in sha256"* ]]
}
