# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Debian's cloud kernels, unpacked into the cache and never installed.
#
#   kernel_get [SPEC]    SPEC is a release (6.1.0-31-cloud-amd64), a series
#                        (6.1, 6.12: its newest cloud kernel), debug (ours,
#                        of kernel-debug.sh) or nothing (the kernel of this
#                        machine's Debian release). Sets
#                        KERNEL_RELEASE   what uname -r says
#                        KERNEL_DIR       boot/vmlinuz-*, lib/modules/*
#                        KERNEL_KDIR      where modules are built against it
#
# Needs deps.sh, cache.sh and mirror.sh to be sourced before.

# shellcheck source=scripts/lib/kernel-debug.sh
. "$(dirname "${BASH_SOURCE[0]}")/kernel-debug.sh"

# Suites that are searched after the machine's own, in this order.
KERNEL_SUITES=(bookworm-security bookworm bullseye-security bullseye
	trixie-security trixie trixie-backports forky sid)

# Prints the cloud kernels' releases that apt knows; APT_CONFIG selects a suite.
kernel_list() {
	apt-cache pkgnames linux-image-"$1" |
		sed -nE 's/^linux-image-([0-9]+\.[0-9]+\.[0-9]+[-+][0-9a-z+~.-]*cloud-amd64)$/\1/p' |
		grep -v unsigned | sort -V
}

# Prints the newest release that SPEC stands for, among what apt knows.
kernel_match() {
	local spec=$1

	case $spec in
	*-amd64) kernel_list "$spec" | grep -Fx -- "$spec" ;;
	*) kernel_list "$spec." | tail -n 1 ;;
	esac
}

# Sets KERNEL_RELEASE and KERNEL_SUITE (empty: the machine's own suites). The
# answer holds for half a day, as asking apt takes a second.
kernel_resolve() {
	local spec=${1:-} memo

	memo=$(cache_dir)/kernel-newest/${spec:-default}
	if [ -n "$(find "$memo" -mmin -720 2>/dev/null)" ]; then
		{ read -r KERNEL_RELEASE; read -r KERNEL_SUITE; } <"$memo"
		return 0
	fi
	kernel_search "$spec" || return
	mkdir -p "${memo%/*}"
	printf '%s\n' "$KERNEL_RELEASE" "$KERNEL_SUITE" >"$memo.$$"
	mv "$memo.$$" "$memo"
}

kernel_search() {
	local spec=$1 suite

	if [ -z "$spec" ]; then
		spec=$(apt-cache depends linux-image-cloud-amd64 2>/dev/null |
			sed -nE 's/^ *Depends: linux-image-([^ ]*cloud-amd64)$/\1/p' | head -n 1)
		spec=${spec:-6.1}
	fi
	if [[ ! $spec =~ ^[0-9]+\.[0-9][0-9a-z.+~-]*$ ]]; then
		echo "kernel: not a kernel version: $spec" >&2
		return 1
	fi
	KERNEL_SUITE=
	KERNEL_RELEASE=$(kernel_match "$spec" || true)
	[ -z "$KERNEL_RELEASE" ] || return 0
	for suite in "${KERNEL_SUITES[@]}"; do
		_mirror_root "$suite" || continue
		KERNEL_RELEASE=$(APT_CONFIG=$REPLY kernel_match "$spec" || true)
		if [ -n "$KERNEL_RELEASE" ]; then
			KERNEL_SUITE=$suite
			return 0
		fi
	done
	echo "kernel: no Debian suite has a cloud kernel $spec" >&2
	return 1
}

# apt-get download from the machine's own suites, whose lists may be stale.
kernel_download_own() {
	apt-get -qq -o APT::Sandbox::User=root download "$@" && return
	deps_apt update >&2 && apt-get -qq -o APT::Sandbox::User=root download "$@"
}

kernel_download() {
	if [ -n "$KERNEL_SUITE" ]; then
		mirror_download "$KERNEL_SUITE" . "$@"
	else
		kernel_download_own "$@"
	fi
}

# Fills $OUT. $1 is the entry's key: the headers' Makefiles name their own
# absolute place, which is the entry's, not that of $OUT.
kernel_unpack() {
	local final deb pkgs headers link target

	final=$(dirname "$OUT")/$1
	mkdir "$OUT/debs"
	cd "$OUT/debs" || return
	kernel_download "linux-image-$KERNEL_RELEASE" "linux-headers-$KERNEL_RELEASE"
	# The headers depend on the common headers and on kbuild's programs, newer
	# images on packages of the kernel and of its modules.
	mapfile -t pkgs < <(for deb in *.deb; do dpkg-deb -f "$deb" Depends; done |
		tr ',|' '\n' | grep -vE 'linux-(image|headers)-[^ ]*-amd64' |
		sed -nE 's/^ *(linux-(headers|kbuild|binary|modules|base-[0-9])[^ ]*).*/\1/p' | sort -u)
	kernel_download "${pkgs[@]}"
	for deb in *.deb; do
		dpkg-deb -x "$deb" "$OUT"
	done
	cd "$OUT" || return
	rm -rf debs usr/share
	if [ -d usr/lib/modules ]; then
		mkdir -p lib
		mv usr/lib/modules lib
	fi
	if [ ! -e "boot/vmlinuz-$KERNEL_RELEASE" ]; then
		mkdir -p boot
		ln -s "../lib/modules/$KERNEL_RELEASE/vmlinuz" "boot/vmlinuz-$KERNEL_RELEASE"
	fi
	headers=usr/src/linux-headers-$KERNEL_RELEASE
	sed -i "s|/usr/src/|$final/usr/src/|" "$headers/Makefile"
	for link in build source; do
		target=$(readlink "lib/modules/$KERNEL_RELEASE/$link")
		ln -sfn "$final/usr/src/${target##*/}" "lib/modules/$KERNEL_RELEASE/$link"
	done
	depmod -b "$OUT" "$KERNEL_RELEASE"
}

kernel_get() {
	local key

	if [ "${1:-}" = debug ]; then
		kernel_debug_get
		return
	fi
	# kbuild's objtool and modpost are linked with these
	deps_need kmod libelf1 zlib1g
	kernel_resolve "${1:-}" || return
	key=$(cache_key "$KERNEL_RELEASE" "$KERNEL_SUITE" layout-1)
	if ! cache_build "kernel-$KERNEL_RELEASE" "$key" kernel_unpack "$key"; then
		# The archive may have a newer one instead by now.
		rm -rf "$(cache_dir)/kernel-newest"
		return 1
	fi
	KERNEL_DIR=$REPLY
	# shellcheck disable=SC2034 # read by those who source this file
	KERNEL_KDIR=$KERNEL_DIR/lib/modules/$KERNEL_RELEASE/build
}
