# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The demo's guest: Debian 12 as on Xen, root=/dev/xvda1, with our modules.
#
#   image_build RELEASE MODULES   MODULES is a folder with the modules built for
#                                 kernel RELEASE, or empty: a guest without us.
#                                 Sets REPLY to a folder with
#       disk.vhd        dynamic VHD, 2 GiB; not to be written to: use an overlay
#       vmlinuz, initrd.img, cmdline    what its GRUB boots
#       fstab           /etc/fstab as it was put in
#
# Needs deps.sh, cache.sh, mirror.sh, kernel.sh, initramfs.sh and image-base.sh
# to be sourced before.

IMAGE_TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# Fills $OUT.
image_assemble() {
	local log=$OUT/log

	if ! deps_as_root "$IMAGE_TOP/scripts/lib/image-assemble" "$@" "$OUT" >"$log" 2>&1; then
		tail -n 30 "$log" >&2
		return 1
	fi
	# hooks and GRUB's generator warn but go on
	grep -E '^(W|E): ' "$log" >&2 || :
}

image_build() {
	local release=$1 modules=$2 base agent inputs

	deps_need fdisk e2fsprogs qemu-utils kmod mount util-linux
	step "image: Debian's packages"
	image_base "$release" || return
	base=$REPLY
	initramfs_core "$IMAGE_TOP" || return
	agent=$REPLY/agent
	inputs=("${base##*/}" "$release" "$agent" "$IMAGE_TOP/packaging"
		"$IMAGE_TOP/scripts/lib/image-assemble"
		"$IMAGE_TOP/tests/guest/xhv-rig.service"
		"$IMAGE_TOP/tests/guest/60-xhv-rig.rules")
	[ -z "$modules" ] || inputs+=("$modules")
	step "image: our modules, initramfs and GRUB"
	cache_build image "$(cache_key "${inputs[@]}")" \
		image_assemble "$base/root.tar" "$release" "$modules" "$agent"
}
