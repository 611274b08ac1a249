# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the scripts build or download is kept outside the checkout, keyed by
# a hash of its inputs, so that a fresh clone on the same machine is fast.
#
#   cache_dir                    creates the cache's root, prints its path
#   cache_key FILE-or-string...  prints a hash of contents
#   cache_build NAME KEY CMD...  returns in $REPLY the folder NAME/KEY that
#                                CMD fills (its target folder is $OUT)
#   step TEXT                    prints a progress line to stderr

: "${XHV_STEP_START:=$(date +%s)}"
export XHV_STEP_START

step() {
	printf '[%4d s] %s\n' "$(($(date +%s) - XHV_STEP_START))" "$*" >&2
}

cache_dir() {
	local dir=${XHV_CACHE:-${HOME:-/root}/.cache/xen-hyperv}

	mkdir -p "$dir" && printf '%s\n' "$dir"
}

# A folder stands for the names and contents of all its files.
cache_key() {
	local arg

	for arg in "$@"; do
		if [ -d "$arg" ]; then
			printf 'folder\n'
			(cd "$arg" && find . -type f -print0 | LC_ALL=C sort -z |
				xargs -0r sha256sum --)
		elif [ -f "$arg" ]; then
			printf 'file %s\n' "$(sha256sum <"$arg")"
		else
			printf 'string %s\n' "$(printf '%s' "$arg" | sha256sum)"
		fi
	done | sha256sum | cut -c1-20
}

# Keeps the three entries of a NAME that were used last.
cache_prune() {
	local entry

	find "$1" -mindepth 1 -maxdepth 1 -type d ! -name '.*' -printf '%T@ %p\n' |
		sort -rn | tail -n +4 | cut -d' ' -f2- |
		while IFS= read -r entry; do
			rm -rf -- "$entry"
		done
}

# Prints a script that runs its arguments with the caller's functions and
# variables and with set -e in force. A subshell would not do: a caller that
# tests the result (if, ||, &&) switches set -e off in all of its subshells.
cache_runner() {
	local vars

	# The others are read-only in every shell.
	mapfile -t vars < <(compgen -v |
		grep -vxE 'BASHOPTS|SHELLOPTS|BASH_.*|EUID|UID|PPID|FUNCNAME|GROUPS|DIRSTACK')
	declare -p "${vars[@]}" 2>/dev/null || :
	declare -f
	printf 'set -euo pipefail\n"$@"\n'
}

# CMD is a program or a function. The lock is by NAME: CMD must not ask for
# another entry of its own NAME.
cache_build() {
	local name=$1 key=$2 root entry fd rc=0
	local -x OUT

	shift 2
	root=$(cache_dir)/$name
	mkdir -p "$root"
	entry=$root/$key
	# What is there need not wait for another entry that is being made.
	if [ -d "$entry" ] && touch -c "$entry"; then
		REPLY=$entry
		return 0
	fi
	exec {fd}>"$root/.lock"
	if ! flock -w 3600 "$fd"; then
		echo "cache: $name is being built elsewhere for an hour" >&2
		exec {fd}>&-
		return 1
	fi
	if [ -d "$entry" ]; then
		touch "$entry"
	else
		rm -rf "$root"/.new.*
		OUT=$root/.new.$$
		mkdir "$OUT"
		cache_runner >"$OUT.sh"
		bash "$OUT.sh" "$@" {fd}>&- || rc=$?
		if [ "$rc" -eq 0 ]; then
			mv -T "$OUT" "$entry"
			cache_prune "$root"
		fi
		rm -rf "$OUT" "$OUT.sh"
	fi
	exec {fd}>&-
	REPLY=$entry
	return "$rc"
}
