# verdict.sh, read by build.sh and root.sh: how they say what must be so.  $failed is 1
# once something was not.
failed=0

# verdict STATUS WHAT [FILE [LINES]]: and the end of FILE where it is not so
verdict()
{
	if [ "$1" -eq 0 ]; then
		echo "ok - $2"
	else
		echo "not ok - $2"
		[ -z "${3:-}" ] || tail -n "${4:-40}" "$3" | sed 's/^/    /'
		failed=1
	fi
}
