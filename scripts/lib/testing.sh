# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What tests share. A test sources this from the checkout's root; it sources
# the other libraries and gives the test a folder that is removed at its end.
#
#   $work                  that folder
#   fail TEXT              ends the test
#   skip REASON            ends the test; it counts as skipped
#   rig ARGUMENT...        scripts/rig run ARGUMENT..., stdout to $work/out,
#                          stderr to $work/err, the status to $status
#   expect_status N        of the last rig
#   checkout_files         prints the files of the checkout
#   checked_sources        prints the C files that are in the kernel's style

for lib in deps cache mirror kernel modules initramfs; do
	# shellcheck source=/dev/null
	. "scripts/lib/$lib.sh"
done

work=$(mktemp -d "${TMPDIR:-/tmp}/xhv-case.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 143' TERM INT

fail() {
	echo "not so: $*"
	exit 1
}

skip() {
	echo "$*"
	exit 77
}

rig() {
	status=0
	scripts/rig run "$@" >"$work/out" 2>"$work/err" || status=$?
	# For scripts/test, which counts them in the log.
	grep '^rig: the emulated host failed' "$work/err" || :
}

expect_status() {
	[ "$status" -eq "$1" ] && return
	echo "--- the command's output"
	tail -n 50 "$work/out"
	echo "--- its errors"
	tail -n 120 "$work/err"
	fail "status $status, expected $1"
}

# Git, if it is here and may be used, knows which files are ours.
checkout_files() {
	git ls-files 2>/dev/null || find . -path ./.git -prune -o -type f -printf '%P\n'
}

# The modules' own sources, and what tests run in guests. tests/host is QEMU's, in
# QEMU's style.
checked_sources() {
	find xen-abi hyperv-abi loopback shim include \
		tests/{kunit,guest-tcg,fallback,bench} -type f -name '*.[ch]' \
		! -name '*.mod.c' 2>/dev/null | LC_ALL=C sort
}
