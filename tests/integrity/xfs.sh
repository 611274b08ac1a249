# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# XFS for guests whose initramfs has none.
#
#   xfs_tools FILE       makes FILE, for a guest's /: mkfs.xfs, xfs_repair, the
#                        modules of KERNEL_DIR in /xfs-modules, to be loaded
#                        in the order of their names
#
# Needs testing.sh to be sourced before, and kernel_get to have been called.

xfs_tools() {
	local root modules file number=10

	deps_need xfsprogs
	# shellcheck disable=SC2154 # testing.sh sets work
	root=$(mktemp -d "$work/xfs.XXXXXX")
	initramfs_program "$root" /usr/sbin/xfs_repair
	initramfs_program "$root" /usr/sbin/mkfs.xfs
	modules=$KERNEL_DIR/lib/modules/$KERNEL_RELEASE
	mkdir "$root/xfs-modules"
	# modules.dep names what a module needs after it, the first last.
	for file in $(sed -nE 's,^([^ ]*/xfs\.ko[^:]*):(.*),\1\2,p' "$modules/modules.dep" |
		tr ' ' '\n' | tac); do
		number=$((number + 1))
		cp "$modules/$file" "$root/xfs-modules/$number-${file##*/}"
	done
	[ "$number" -gt 10 ] || return
	tar -cf "$1" -C "$root" .
	rm -rf "$root"
}
