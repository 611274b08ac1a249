# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Debian's Xen, and what its domain 0 consists of. Nothing of it is installed:
# packages of Xen change the boot loader's menu and start services.
#
#   xen_hypervisor     sets REPLY to a folder with the hypervisor, xen
#   xen_dom0           sets REPLY to a folder with domain 0's kernel, vmlinuz,
#                      and layers for its initramfs (on top of initramfs_core):
#                      modules.cpio, layer.cpio
#   xen_rig ROOT       sets REPLY to a folder with the layer of what the rig adds
#
# Needs deps.sh, cache.sh, mirror.sh, kernel.sh and initramfs.sh to be sourced
# before.

XEN_VERSION=4.17

# The cloud kernel cannot be domain 0.
XEN_DOM0_IMAGE=linux-image-amd64
XEN_DOM0_MODULES=(
	virtio_pci virtio_console virtio_blk virtio_net bridge
	xen-blkback xen-netback xen-evtchn xen-gntdev xen-privcmd xenfs
)
# The first ones are from packages that are unpacked, the others are installed.
XEN_DOM0_PROGRAMS=(xl xenstored xen-init-dom0)
# libgcc_s: looked for at the end of a thread, so ldd does not tell.
XEN_DOM0_TOOLS=(/usr/bin/xenstore-{exists,list,ls,read,rm,watch,write,chmod}
	/lib/x86_64-linux-gnu/libgcc_s.so.1)
# What the unpacked programs are linked with.
XEN_DOM0_LIBRARIES=(libxenmisc4.17 libxenhypfs1 libxenstore4 libyajl2 libuuid1 xenstore-utils)

# Prints "PACKAGE=VERSION" of the newest that apt knows, for each PACKAGE.
xen_versions() {
	apt-cache policy "$@" | awk '
		/^[^ ]/ { name = $1; sub(":$", "", name) }
		$1 == "Candidate:" && $2 != "(none)" { print name "=" $2 }'
}

xen_hypervisor_unpack() {
	cd "$OUT" || return
	kernel_download_own "$1"
	dpkg-deb --fsys-tarfile ./*.deb | tar -xO "./boot/xen-$XEN_VERSION-amd64.gz" |
		gzip -d >xen
	rm ./*.deb
}

# QEMU's loader wants the hypervisor uncompressed.
xen_hypervisor() {
	local package

	package=$(xen_versions "xen-hypervisor-$XEN_VERSION-amd64")
	[ -n "$package" ] || package=xen-hypervisor-$XEN_VERSION-amd64
	cache_build xen "$(cache_key "$package" "$(declare -f xen_hypervisor_unpack)")" \
		xen_hypervisor_unpack "$package"
}

xen_dom0_make() {
	local root=$OUT/root deb release program

	mkdir -p "$OUT/debs" "$OUT/kernel" "$OUT/tools"
	cd "$OUT/debs" || return
	kernel_download_own "$@"
	for deb in *.deb; do
		case $deb in
		linux-image-*) dpkg-deb -x "$deb" "$OUT/kernel" ;;
		*) dpkg-deb -x "$deb" "$OUT/tools" ;;
		esac
	done
	cd "$OUT" || return

	release=$(ls kernel/lib/modules)
	cp "kernel/boot/vmlinuz-$release" vmlinuz
	depmod -b "$OUT/kernel" "$release"
	# shellcheck disable=SC2034 # read by what is called
	local INITRAMFS_MODULES=("${XEN_DOM0_MODULES[@]}")
	initramfs_modules_make "$release" "$OUT/kernel"
	mv layer.cpio modules.cpio

	mkdir -p "$root/usr/sbin" "$root/etc/xen"
	for program in "${XEN_DOM0_PROGRAMS[@]}"; do
		initramfs_program "$root" "tools/usr/lib/xen-$XEN_VERSION/bin/$program"
		mv "$root/tools/usr/lib/xen-$XEN_VERSION/bin/$program" "$root/usr/sbin"
	done
	rm -r "$root/tools"
	for program in "${XEN_DOM0_TOOLS[@]}"; do
		initramfs_program "$root" "$program"
	done
	echo 'autoballoon="off"' >"$root/etc/xen/xl.conf"
	initramfs_pack "$root"
	rm -rf debs kernel tools
}

xen_dom0() {
	local kernel packages

	deps_need kmod cpio xz-utils "${XEN_DOM0_LIBRARIES[@]}"
	kernel=$(apt-cache depends "$XEN_DOM0_IMAGE" |
		sed -nE 's/^ *Depends: (linux-image-[0-9][^ ]*-amd64)$/\1/p' | head -n 1)
	mapfile -t packages < <(xen_versions "$kernel" "xen-utils-$XEN_VERSION" xen-utils-common)
	if [ "${#packages[@]}" -ne 3 ]; then
		echo "xen: apt knows no Xen $XEN_VERSION with a kernel for domain 0" >&2
		return 1
	fi
	cache_build xen-dom0 "$(cache_key "${packages[@]}" \
		"${XEN_DOM0_MODULES[*]} ${XEN_DOM0_PROGRAMS[*]} ${XEN_DOM0_TOOLS[*]}" \
		"$(dpkg-query -W "${XEN_DOM0_LIBRARIES[@]}" libc6)" \
		"$(declare -f xen_dom0_make initramfs_modules_make initramfs_program)")" \
		xen_dom0_make "${packages[@]}"
}

xen_rig_make() {
	local guest=$1 root=$OUT/root

	mkdir -p "$root/usr/bin" "$root/etc/xen/scripts"
	gcc -O2 -Wall -o "$OUT/xen-console" "$guest/xen-console.c" -lxengnttab -lxenevtchn
	(cd "$OUT" && initramfs_program "$root" xen-console)
	rm "$OUT/xen-console"
	mv "$root/xen-console" "$root/usr/bin"
	install "$guest/rig-xen" "$root/usr/bin/rig-xen"
	ln -s /usr/bin/rig-xen "$root/etc/xen/scripts/rig-block"
	ln -s /usr/bin/rig-xen "$root/etc/xen/scripts/rig-vif"
	initramfs_pack "$root"
}

xen_rig() {
	local guest=$1/tests/guest

	deps_need gcc libc6-dev libxen-dev cpio
	cache_build xen-rig "$(cache_key "$guest"/{rig-xen,xen-console.c} \
		"$(dpkg-query -W libxen-dev libc6)" \
		"$(declare -f xen_rig_make initramfs_program)")" xen_rig_make "$guest"
}
