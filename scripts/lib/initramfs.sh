# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The layers of the rig's initramfs images: uncompressed cpio archives, which
# the kernel unpacks one after the other when they are concatenated.
#
#   initramfs_core ROOT             busybox, init and agent
#   initramfs_tools                 Debian's tools for tests, and fio
#   initramfs_modules RELEASE KERNEL_DIR
#                                   the kernel modules that guests need
#   initramfs_net                   network tools, for both ends of a network
#   initramfs_qemu                  the test host's QEMU, for the outer machine
# Each sets REPLY to its folder with layer.cpio (initramfs_core also: agent).
#
# Needs deps.sh, cache.sh, mirror.sh, kernel.sh, qemu.sh and firmware.sh to be
# sourced before.

# Dependencies are added. Those that a kernel has built in or lacks are no error.
INITRAMFS_MODULES=(
	virtio_pci virtio_console virtio_blk virtio_net virtio_scsi
	hv_vmbus hv_storvsc hv_netvsc hv_utils hv_balloon
	xen-blkfront xen-netfront xen-evtchn xen-gntalloc xen-gntdev xen-privcmd xenfs
	sd_mod sr_mod ata_piix scsi_debug loop null_blk ext4 crc32c_generic isofs
	kvm kvm_amd kvm_intel
	tun 8021q macvlan
)

INITRAMFS_TOOLS=(
	/usr/bin/xenstore-{chmod,exists,list,ls,read,rm,watch,write}
	/usr/bin/{lsblk,taskset} /usr/sbin/{blkdiscard,mke2fs,e2fsck,blockdev}
	/usr/bin/{ip,ping,iperf3} /usr/sbin/ethtool
)

INITRAMFS_NET=(/usr/bin/{iperf3,ping} /usr/sbin/ethtool)

# Packs the folder $1 into $OUT/layer.cpio and removes it.
initramfs_pack() {
	(
		cd "$1" || exit
		find . -mindepth 1 -print0 | LC_ALL=C sort -z |
			cpio -o -0 -H newc -R 0:0 --reproducible --quiet
	) >"$OUT/layer.cpio"
	rm -rf "$1"
}

# Copies a program and the libraries it needs into the folder $1.
initramfs_program() {
	local to=$1 program=$2 library

	install -D "$program" "$to/${program#/}"
	{ ldd "$program" 2>/dev/null || :; } | grep -oE '/[^ ]+' | while read -r library; do
		[ -e "$to$library" ] || install -D "$library" "$to$library"
	done
}

initramfs_core_make() {
	local guest=$1 root=$OUT/root applet path

	mkdir -p "$root"/{bin,sbin,usr/bin,usr/sbin,etc,dev,proc,sys,run,tmp,root}
	gcc -O2 -Wall -static -s -o "$OUT/agent" "$guest"/{agent,ask,port}.c
	install "$OUT/agent" "$root/usr/bin/rig-agent"
	ln -s rig-agent "$root/usr/bin/rig-stat"
	ln -s rig-agent "$root/usr/bin/rig-host"
	install "$guest/init" "$root/init"
	install "$guest/udhcpc.script" "$root/etc/udhcpc.script"
	echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
	echo 'root:x:0:' >"$root/etc/group"
	install "$(command -v busybox)" "$root/bin/busybox"
	for applet in $(busybox --list-full); do
		path=$root/${applet#/}
		mkdir -p "${path%/*}"
		[ -e "$path" ] || ln -s /bin/busybox "$path"
	done
	initramfs_pack "$root"
}

initramfs_core() {
	local guest=$1/tests/guest key

	deps_need busybox-static cpio gcc libc6-dev
	key=$(cache_key "$guest"/{agent,ask,port}.c "$guest"/{ask,port,protocol}.h "$guest/init" \
		"$guest/udhcpc.script" "$(command -v busybox)" \
		"$(declare -f initramfs_core_make)")
	cache_build rig-core "$key" initramfs_core_make "$guest"
}

# Debian's fio needs every storage library there is, so it is built small.
initramfs_fio_make() {
	local suite=$1 log

	log=$(dirname "$OUT")/.log
	mirror_source "$suite" "$OUT/src" fio >"$log" 2>&1
	cd "$REPLY" || return
	{
		./configure --build-static --disable-native --disable-http \
			--disable-pmem --disable-rdma --disable-rados --disable-rbd \
			--disable-gfapi --disable-libzbc --disable-xnvme --disable-tcmalloc \
			--disable-numa --disable-dfs &&
			make -j2 fio
	} >>"$log" 2>&1 || {
		tail -n 30 "$log" >&2
		return 1
	}
	strip -o "$OUT/fio" fio
	cd /
	rm -rf "$OUT/src"
}

initramfs_fio() {
	local suite key

	deps_need make gcc libc6-dev libaio-dev zlib1g-dev
	# shellcheck source=/dev/null
	suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-bookworm}")
	key=$(cache_key "$suite" "$(declare -f initramfs_fio_make)" "$(gcc --version)")
	cache_build rig-fio "$key" initramfs_fio_make "$suite"
}

initramfs_tools_make() {
	local fio=$1 root=$OUT/root tool

	mkdir -p "$root"
	# As on a Debian system: /lib, /bin and /sbin are parts of /usr there,
	# but the core layer keeps them apart, so programs go where they say.
	for tool in "${INITRAMFS_TOOLS[@]}"; do
		initramfs_program "$root" "$tool"
	done
	ln -s mke2fs "$root/usr/sbin/mkfs.ext4"
	install -D "$fio/fio" "$root/usr/bin/fio"
	initramfs_pack "$root"
}

initramfs_tools() {
	local key

	deps_need xenstore-utils util-linux e2fsprogs cpio iproute2 iputils-ping \
		iperf3 ethtool
	initramfs_fio || return
	key=$(cache_key "$REPLY" "$(dpkg-query -W xenstore-utils util-linux e2fsprogs libc6 \
		iproute2 iputils-ping iperf3 ethtool)" \
		"${INITRAMFS_TOOLS[*]}" "$(declare -f initramfs_tools_make initramfs_program)")
	cache_build rig-tools "$key" initramfs_tools_make "$REPLY"
}

# A layer of its own: iperf3 needs OpenSSL, which is most of it.
initramfs_net_make() {
	local root=$OUT/root tool

	mkdir -p "$root"
	for tool in "${INITRAMFS_NET[@]}"; do
		initramfs_program "$root" "$tool"
	done
	initramfs_pack "$root"
}

initramfs_net() {
	local key

	deps_need iperf3 iputils-ping ethtool cpio
	key=$(cache_key "$(dpkg-query -W iperf3 libiperf0 iputils-ping ethtool libssl3 libc6)" \
		"${INITRAMFS_NET[*]}" "$(declare -f initramfs_net_make initramfs_program)")
	cache_build rig-net "$key" initramfs_net_make
}

# Prints the files of the wanted modules and of all that they depend on.
initramfs_module_files() {
	awk -v wanted="${INITRAMFS_MODULES[*]}" '
	BEGIN {
		n = split(wanted, w, " ")
		for (i = 1; i <= n; i++) { gsub("-", "_", w[i]); want[w[i]] = 1 }
	}
	{
		file = $1; sub(/:$/, "", file)
		name = file; sub(/.*\//, "", name); sub(/\.ko.*/, "", name); gsub("-", "_", name)
		if (name in want)
			for (i = 1; i <= NF; i++) { f = $i; sub(/:$/, "", f); print f }
	}' "$1/modules.dep" | sort -u
}

initramfs_modules_make() {
	local release=$1 modules=$2/lib/modules/$1 root=$OUT/root to file

	to=$root/lib/modules/$release
	mkdir -p "$to"
	while read -r file; do
		install -D -m 644 "$modules/$file" "$to/$file"
		case $file in
		*.xz) xz -d "$to/$file" ;;
		*.zst) zstd -q -d --rm "$to/$file" ;;
		esac
	done < <(initramfs_module_files "$modules")
	cp "$modules/modules.order" "$modules"/modules.builtin* "$to"
	depmod -b "$root" "$release"
	cp "$to/modules.dep" "$OUT"
	# depmod's indexes are for kmod; busybox reads the text.
	rm -f "$to"/*.bin "$to/modules.devname" "$to/modules.builtin.modinfo"
	initramfs_pack "$root"
}

initramfs_modules() {
	local release=$1 key

	deps_need kmod cpio xz-utils zstd
	key=$(cache_key "$2" "${INITRAMFS_MODULES[*]}" "$(declare -f initramfs_modules_make)")
	cache_build "rig-modules-$release" "$key" initramfs_modules_make "$@"
}

initramfs_qemu_make() {
	local qemu=$1 firmware=$2 root=$OUT/root

	mkdir -p "$root"/{lib,lib64,usr/bin,usr/share}
	cp "$qemu/bin/qemu-system-x86_64" "$root/usr/bin"
	cp -R "$qemu/share" "$root/usr/share/qemu"
	cp "$firmware/bios-256k.bin" "$root/usr/share/qemu"
	cp "$qemu"/lib/* "$root/lib"
	mv "$root"/lib/ld-linux-* "$root/lib64"
	initramfs_pack "$root"
}

initramfs_qemu() {
	local qemu

	qemu_build || return
	qemu=$REPLY
	firmware_build || return
	cache_build rig-qemu "$(cache_key "$qemu" "$REPLY" "$(declare -f initramfs_qemu_make)")" \
		initramfs_qemu_make "$qemu" "$REPLY"
}
