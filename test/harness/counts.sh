# counts.sh, sourced: what a suite's output says about itself.
#
# Each suite prints as its last line of counts "SUITE: N passed, N failed".

# counts NAME STATUS LOG: "PASSED FAILED".  A suite that ends without that line, or
# with a status other than 0 and no failure counted, counts as one failure; so does
# one that counts nothing, unless it says "skip SUITE: why".
counts()
{
	local line p=0 f=1

	line=$(grep -E "^$1: [0-9]+ passed, [0-9]+ failed" "$3" | tail -n 1)
	if [[ $line =~ ^$1:\ ([0-9]+)\ passed,\ ([0-9]+)\ failed ]]; then
		p=${BASH_REMATCH[1]}
		f=${BASH_REMATCH[2]}
	fi
	if [ "$2" -ne 0 ] && [ "$f" -eq 0 ]; then
		f=1
	elif [ $((p + f)) -eq 0 ] && ! grep -q "^skip $1:" "$3"; then
		f=1
	fi
	echo "$p $f"
}
