#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# deploy/ansible over two hosts by ssh, one of which dies in the middle. The hosts are pretended (fleet-host): their boots
# are, their ssh, their deaths and the measurements are not. With guests that really change kernels: scripts/fleet-guests.

setup() {
	cd "$BATS_TEST_TMPDIR"
	hosts=()
	export LC_ALL=C.UTF-8 # Ansible refuses others
}

teardown() {
	for pid in "${hosts[@]}"; do kill -9 "$pid" 2>/dev/null || true; done
}

need() {
	[ "$(id -u)" -eq 0 ] || skip "only root can make the hosts' namespaces"
	for tool in "$@"; do command -v "$tool" >/dev/null || skip "no $tool"; done
}

# image FILE WORD: passes for a kernel of the running release.
image() {
	/usr/bin/python3 - "$@" <<-'END'
	import os, struct, sys
	image = bytearray(8192)
	image[0x1F1], image[0x202:0x206] = 4, b"HdrS"
	struct.pack_into("<H", image, 0x20E, 0x400)
	text = f"{os.uname().release} {sys.argv[2]}".encode()
	image[0x600:0x600 + len(text)] = text
	open(sys.argv[1], "wb").write(image)
	END
}

free_port() {
	/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# host NAME PORT: switches one on; its process is the last of $hosts.
host() {
	mkdir -p "$1"
	[ -e "$1/host-key" ] || dropbearkey -t ed25519 -f "$1/host-key" >/dev/null 2>&1
	cp key.pub "$1/authorized_keys"
	"$CGCHURN_SOURCE/tests/kernel/fleet-host" "$PWD/$1" "$2" 3>&- &
	hosts+=($!)
	for _ in {1..100}; do
		ssh -p "$2" -i key -o StrictHostKeyChecking=no -o UserKnownHostsFile=known -o LogLevel=ERROR root@127.0.0.1 true \
			2>/dev/null && return
		sleep 0.2
	done
	cat "$1/log"
	return 1
}

inventory() {
	cat >inventory.yml <<-END
	all:
	  hosts:
	    one: {ansible_port: $1}
	    two: {ansible_port: $2}
	  vars:
	    ansible_host: 127.0.0.1
	    ansible_user: root
	    ansible_python_interpreter: /usr/bin/python3
	    ansible_ssh_private_key_file: $PWD/key
	    ansible_ssh_common_args: -o StrictHostKeyChecking=no -o UserKnownHostsFile=$PWD/known
	    cgchurn_program: $CGCHURN
	    cgchurn_local_program: $CGCHURN
	    cgchurn_kernels: [$PWD/old, "$PWD/new,favordynmods"]
	    cgchurn_boots: 1
	    cgchurn_seed: 3
	    cgchurn_settle: 0
	    cgchurn_workloads: ["null"]
	    cgchurn_run_options: [--trials, "1", --duration, 100ms, --warmup, 10ms]
	    cgchurn_results: $PWD/results
	END
}

play() {
	(cd "$CGCHURN_SOURCE/deploy/ansible" && exec ansible-playbook -i "$BATS_TEST_TMPDIR/inventory.yml" compare.yml) 3>&-
}

# results HOST: how many of its boots have a result.
results() {
	/usr/bin/python3 - "$1" <<-'END'
	import os, sys
	sys.path.insert(0, os.environ["CGCHURN_SOURCE"] + "/scripts/lib")
	from vm import plan
	fleet = plan.load("results", {})
	print(sum(slot.result.exists() for slot in fleet.slots() if slot.host == sys.argv[1]) if fleet else 0)
	END
}

@test "a host dies: the other goes on, what is there is compared, what is missing is said; a rerun does that alone" {
	need ansible-playbook dropbear dropbearkey ssh ssh-keygen unshare
	unshare --mount --pid --fork true || skip "no namespaces of processes and mounts can be made here"
	ssh-keygen -q -t ed25519 -N '' -f key
	image old one
	image new other
	one=$(free_port) two=$(free_port)
	host one "$one"
	host two "$two"
	inventory "$one" "$two"
	play >first.log 2>&1 &
	player=$!
	for _ in {1..1200}; do
		[ ! -e results/plan.json ] || [ "$(results two)" -lt 1 ] || break
		kill -0 $player || { cat first.log; false; }
		sleep 0.25
	done
	kill -9 "${hosts[1]}"
	status=0
	wait $player || status=$?
	[ "$status" -ne 0 ] || { cat first.log; false; }
	[ "$(results one)" -eq 2 ] || { cat first.log; false; }
	[ "$(results two)" -eq 1 ]
	[ "$(grep -c '^missing: two, block 2, ' results/comparison.txt)" -eq 1 ]
	[ "$(grep -c '^missing: \|^failed: ' results/comparison.txt)" -eq 1 ]
	ls results/compare-*.json

	touch before
	host two "$two"
	play >second.log 2>&1 || [ $? -eq 2 ] # a regression, or no decision, may be what it finds
	[ "$(results one)" -eq 2 ] && [ "$(results two)" -eq 2 ] || { cat second.log; false; }
	! grep -q '^missing: \|^failed: ' results/comparison.txt || { cat results/comparison.txt; false; }
	[ "$(find results/*/block-* -newer before | wc -l)" -eq 1 ]
	/usr/bin/python3 - <<-'END'
	import glob, json
	plan = json.load(open("results/plan.json"))
	boots = set()
	for block, order in enumerate(plan["order"], 1):
	    for position, side in enumerate(order, 1):
	        result = json.load(open(f"results/{plan['sides'][side]['label']}/block-{block:02}.json"))
	        assert result["sequence"] == {"block": block, "position": position}
	        words = result["host"]["kernel"]["cmdline"].split()
	        assert ("cgroup_favordynmods=true" in words) == (side == 1) and f"cgchurn.boot={plan['seed']}" in words, words
	        boots.add(result["host"]["boot_id"])
	assert len(boots) == 4, boots
	found = json.load(open(glob.glob("results/compare-*.json")[0]))
	assert found["schema"] == "cgchurn-comparison/1" and found["metrics"]
	END
}
