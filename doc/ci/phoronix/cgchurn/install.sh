#!/bin/sh
# Nothing is built: cgchurn has to be installed. This writes the program that the Phoronix Test Suite runs.
cat >cgchurn <<'END'
#!/bin/sh
# cgchurn WORKLOAD ACTOR SPAN TIME: one trial, and the median of this series.
PATH=$(echo "$PATH" | sed "s#\(^\|:\)$PWD\(:\|$\)#\1#")
cgchurn run --quiet --trials 1 -o result.json "$1" >"$LOG_FILE" 2>&1 && cgchurn export --to csv -o result.csv result.json
echo $? >~/test-exit-status
awk -F, -v actor="$2" -v span="$3" -v time="$4" '
NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
$at["valid"] == "true" && $at["actor"] == actor && $at["span"] == span && $at["time"] == time {
	printf "Median latency: %.3f us\n", $at["p50_ns"] / 1000
}' result.csv >>"$LOG_FILE"
END
chmod +x cgchurn
command -v cgchurn >/dev/null
echo $? >~/install-exit-status
