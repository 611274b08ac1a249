# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The test host's QEMU: Debian's source with the VMBus devices of tests/host,
# built small, so that it fits into an initramfs. It has KVM for the guest and
# TCG for the machine that this is nested in where there is no usable KVM.
#
#   qemu_build   sets REPLY to a folder with
#                  bin/qemu-system-x86_64
#                  share/    firmware, for -L
#                  lib/      the shared libraries it needs
#                  include/  qemu-plugin.h
#
# Needs deps.sh, cache.sh and mirror.sh to be sourced before.

# Where VMBus has hv-balloon, and the newest that builds on Debian 12.
QEMU_SUITE=trixie
# Debian 12's meson is older than QEMU 10 wants.
QEMU_MESON_SUITE=bookworm-backports

QEMU_CONFIGURE=(
	--target-list=x86_64-softmmu
	--without-default-features --without-default-devices
	--with-devices-x86_64=xhv
	--enable-system --enable-kvm --enable-tcg --enable-plugins
	--enable-slirp --enable-vpc --enable-vhdx --enable-hv-balloon
	--enable-trace-backends=log
	--disable-tools --disable-docs --disable-download
	--disable-install-blobs --disable-debug-info
)

# Without the source's firmware, which Debian's tarball does not have.
QEMU_FIRMWARE=(
	/usr/share/seabios/bios-256k.bin
	/usr/share/qemu/{kvmvapic,linuxboot_dma,pvh}.bin
)

_qemu_build() {
	local host=$1 version=$2 src meson patch lib

	step "building the test host's QEMU $version (once; about five minutes)"
	mirror_source "$QEMU_SUITE" "$OUT/src" "qemu=$version"
	src=$REPLY
	for patch in "$host"/patches/*.patch; do
		patch -d "$src" -p1 --no-backup-if-mismatch -s -i "$patch"
	done
	cp "$host"/hw/*.[ch] "$src/hw/hyperv/"
	cp "$host/devices.mak" "$src/configs/devices/x86_64-softmmu/xhv.mak"

	mirror_download "$QEMU_MESON_SUITE" "$OUT/src" meson
	meson=$OUT/src/meson
	dpkg-deb -x "$OUT"/src/meson_*.deb "$meson"

	mkdir "$OUT/src/build"
	(
		cd "$OUT/src/build"
		export PATH=$meson/usr/bin:/usr/sbin:/usr/bin:/sbin:/bin
		export PYTHONPATH=$meson/usr/lib/python3/dist-packages
		# A change of a device builds a whole QEMU anew, in another
		# folder: with what the compiler said before that is a minute.
		export CCACHE_DIR CCACHE_BASEDIR=$OUT CCACHE_NOHASHDIR=1
		export CCACHE_MAXSIZE=500M
		CCACHE_DIR=$(cache_dir)/ccache-qemu
		"$src/configure" --python=/usr/bin/python3 --cc='ccache gcc' \
			"${QEMU_CONFIGURE[@]}"
		ninja -j2 qemu-system-x86_64
	) >"$OUT/build.log" 2>&1 || {
		tail -n 30 "$OUT/build.log" >&2
		echo "qemu: the build failed" >&2
		return 1
	}

	mkdir "$OUT"/{bin,share,lib,include}
	strip -o "$OUT/bin/qemu-system-x86_64" \
		"$OUT/src/build/qemu-system-x86_64"
	cp "${QEMU_FIRMWARE[@]}" "$OUT/share/"
	cp "$src/include/qemu/qemu-plugin.h" "$OUT/include/"
	ldd "$OUT/bin/qemu-system-x86_64" | grep -o '/[^ ]*' |
		while read -r lib; do
			cp -L "$lib" "$OUT/lib/"
		done
	rm -rf "$OUT/src"
}

qemu_build() {
	local host version

	host=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../tests/host" && pwd)
	deps_need build-essential ccache pkg-config ninja-build python3 python3-venv \
		libglib2.0-dev libslirp-dev zlib1g-dev patch xz-utils \
		seabios qemu-system-data
	version=$(mirror_srcversion "$QEMU_SUITE" qemu) || return 1
	cache_build qemu "$(cache_key "$host/hw" "$host/patches" \
		"$host/devices.mak" "${BASH_SOURCE[0]}" "$version")" \
		_qemu_build "$host" "$version"
}
