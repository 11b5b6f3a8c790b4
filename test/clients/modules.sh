#!/bin/sh
# modules.sh FOLDER: installs the modules of package-lock.json below FOLDER.
# When that fails, the last lines of why are left in FOLDER/why.
set -eu
folder=$1
here=$(dirname "$0")

mkdir -p "$folder"
rm -f "$folder/why"
if ! command -v npm >/dev/null; then
	echo "npm is not installed" >"$folder/why"
	exit 0
fi
cmp -s "$here/package-lock.json" "$folder/installed-lock.json" && exit 0

cp "$here/package.json" "$here/package-lock.json" "$folder/"
if (cd "$folder" && npm ci --omit-lockfile-registry-resolved=true --cache "$folder/cache" \
	--ignore-scripts --no-audit --no-fund --no-update-notifier --fetch-retries=1 --fetch-timeout=30000) \
	>"$folder/npm.log" 2>&1; then
	cp "$here/package-lock.json" "$folder/installed-lock.json"
else
	{ grep -E 'npm error|npm ERR!' "$folder/npm.log" || cat "$folder/npm.log"; } | head -n 1 >"$folder/why"
fi
