$SHELLPACK_TOPLEVEL/shellpack_src/src/refresh.sh cgchurn

run_bench() {
	$SCRIPTDIR/shellpacks/shellpack-bench-cgchurn \
		--suite      $CGCHURN_SUITE \
		--iterations $CGCHURN_ITERATIONS
	return $?
}
