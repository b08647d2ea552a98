#!/usr/bin/env bash
# Makes one target after the other, and says in the end how many seconds each took: bash tools/stages.sh TARGET…
# Stops at the first that fails, with its exit code; what was done until then is said all the same.
set -uo pipefail
said=""
failed=0
for target in "$@"; do
	begun=$SECONDS
	"${MAKE:-make}" "$target" || failed=$?
	said+=$(printf '%6d s  %s' $((SECONDS - begun)) "$target")$'\n'
	((failed == 0)) || break
done
printf '%s' "$said"
exit "$failed"
