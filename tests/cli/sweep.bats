#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# What sweep refuses: with 2, before anything is started.

refused() {
	run --separate-stderr "$CGCHURN" sweep "${@:2}"
	[ "$status" -eq 2 ]
	[ -z "$output" ]
	[[ "$stderr" == *"$1"* ]] || { echo "$stderr"; false; }
}

@test "without --vary and --over" {
	refused "--vary and --over" null
	refused "--vary and --over" null --vary closed.workers
}

@test "an actor, a key, values that are not there" {
	refused "no actor 'nobody'" null --vary nobody.workers --over 1..4
	refused "no key or option 'colour'" null --vary closed.colour --over 1..4
	refused "allowed: FROM..TO" null --vary closed.workers --over 4..1
	refused "a gap is a time" null --vary closed.gap --over 1..4
}

@test "a bound on what the workload does not time" {
	refused "no response time of closed.step" null --vary closed.workers --over 1..2 --bound 'closed.step.response.p50<1ms'
	refused "no service time of closed.write" null --vary closed.workers --over 1..2 --bound 'closed.write.p50<1ms'
	refused "allowed: ACTOR.SPAN" null --vary closed.workers --over 1..2 --bound 'step<1ms'
}

@test "the help has examples that can be run" {
	run "$CGCHURN" sweep --help
	[ "$status" -eq 0 ]
	[[ "$output" == *"--over 100us..200ms,log,12 --bound 'migrator.write.mean<2ms'"* ]]
}
