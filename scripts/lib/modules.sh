# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Our modules for one kernel, built from a copy of the sources so that the
# checkout stays clean and several kernels build side by side.
#
#   modules_build ROOT RELEASE KDIR [MAKE-ARGUMENT...]
#                        builds the checkout ROOT's modules; sets MODULES_DIR,
#                        a folder of *.ko and the build's log
#
# Needs deps.sh and cache.sh to be sourced before.

MODULES_SOURCES=(Makefile Kbuild Kconfig xen-abi hyperv-abi loopback shim include)

# Makes TO's sources equal to ROOT's and leaves equal files alone, so that make
# rebuilds what changed. Only sources are looked at: the objects stay.
modules_copy() {
	local root=$1 to=$2 file

	(
		cd "$root" || exit
		find "${MODULES_SOURCES[@]}" -type f ! -name '*.o' ! -name '*.ko' \
			! -name '*.mod*' ! -name '.*' 2>/dev/null || :
	) | LC_ALL=C sort >"$to.files"
	if [ -e "$to/.files" ]; then
		comm -23 "$to/.files" "$to.files" | while IFS= read -r file; do
			rm -f -- "$to/$file"
		done
	fi
	while IFS= read -r file; do
		cmp -s "$root/$file" "$to/$file" && continue
		mkdir -p "$to/$(dirname "$file")"
		cp --no-preserve=all "$root/$file" "$to/$file"
	done <"$to.files"
	mv "$to.files" "$to/.files"
}

# Fills $OUT. The tree persists between builds; cache_build's lock guards it.
modules_make() {
	local root=$1 kdir=$2 tree log

	shift 2
	tree=$(dirname "$OUT")/.tree
	log=$(dirname "$OUT")/.log
	mkdir -p "$tree"
	modules_copy "$root" "$tree"
	if ! make -C "$tree" -j2 KDIR="$kdir" "$@" >"$log" 2>&1; then
		cat "$log" >&2
		return 1
	fi
	grep -E 'warning:|WARNING:' "$log" >&2 || :
	cp "$tree"/*.ko "$OUT"
	cp "$log" "$OUT/log"
}

modules_build() {
	local root=$1 kdir=$3 name=modules-$2 sources source key

	shift 3
	deps_need make gcc libc6-dev
	sources=()
	for source in "${MODULES_SOURCES[@]}"; do
		[ ! -e "$root/$source" ] || sources+=("$root/$source")
	done
	key=$(cache_key "${sources[@]}" "$kdir" "$*" "$(gcc --version)")
	# A tree for each set of arguments, else each would undo the others' work.
	[ $# -eq 0 ] || name+=-$(cache_key "$*" | cut -c1-8)
	cache_build "$name" "$key" modules_make "$root" "$kdir" "$@" || return
	# shellcheck disable=SC2034 # read by those who source this file
	MODULES_DIR=$REPLY
}
