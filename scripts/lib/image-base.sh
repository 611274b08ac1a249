# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The slow half of the demo's image: Debian's own packages, without our modules.
#
#   image_base RELEASE   sets REPLY to a folder with root.tar, the system of a
#                        Xen guest with that cloud kernel; no initramfs yet
#
# Needs deps.sh and cache.sh to be sourced before.

# apt's and the hooks' own variables are not ours to expand
# shellcheck disable=SC2016

# What a small server on Xen has, and what the tests call.
IMAGE_PACKAGES=(
	linux-image-cloud-amd64 initramfs-tools zstd busybox
	grub-pc
	systemd-sysv udev kmod e2fsprogs fdisk util-linux
	iproute2 iputils-ping netbase procps less ca-certificates
	xenstore-utils fio
)

# One line of sources.list(5) for each of Debian's own suites that this machine
# uses: release, updates and security, not what else it may have.
image_sources() {
	local origin codename uri suite component release

	# shellcheck source=/dev/null
	release=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:?}")
	apt-get indextargets \
		--format '$(ORIGIN) $(CODENAME) $(REPO_URI) $(RELEASE) $(COMPONENT)' \
		'Created-By: Packages' |
		while read -r origin codename uri suite component; do
			[ "$origin" = Debian ] || continue
			case $codename in
			"$release" | "$release-updates" | "$release-security") ;;
			*) continue ;;
			esac
			printf 'deb [signed-by=%s] %s %s %s\n' \
				/usr/share/keyrings/debian-archive-keyring.gpg \
				"$uri" "$suite" "$component"
		done | sort -u
}

# Everything in it is written below $1, the new system's root. Kept in one
# function because its text is part of the cache's key.
image_customize() {
	local root=$1

	echo xenguest >"$root/etc/hostname"
	printf '127.0.0.1\tlocalhost\n127.0.1.1\txenguest\n' >"$root/etc/hosts"
	cat >"$root/etc/fstab" <<-'END'
		# <file system> <mount point> <type> <options> <dump> <pass>
		/dev/xvda1	/	ext4	errors=remount-ro	0	1
	END
	cat >"$root/etc/default/grub" <<-'END'
		GRUB_DEFAULT=0
		GRUB_TIMEOUT=0
		GRUB_DISTRIBUTOR=Debian
		GRUB_CMDLINE_LINUX_DEFAULT="quiet"
		GRUB_CMDLINE_LINUX="console=hvc0 console=ttyS0,115200"
		# a Xen guest's disks have no aliases: root is named by its device
		GRUB_DISABLE_LINUX_UUID=true
		GRUB_DISABLE_RECOVERY=true
		GRUB_TERMINAL="console serial"
		GRUB_SERIAL_COMMAND="serial --unit=0 --speed=115200"
	END
	# The initramfs holds what hooks put in, and busybox for emergencies: the
	# firmware reads it word by word. The file system's type is given because
	# there is no /dev/xvda1 to ask yet.
	printf "MODULES=list\nFSTYPE=ext4\n" >"$root/etc/initramfs-tools/conf.d/small"
	mkdir -p "$root/etc/systemd/network"
	# By name, as whoever set up a Xen guest had to: systemd's for the first vif.
	cat >"$root/etc/systemd/network/10-lan.network" <<-'END'
		[Match]
		Name=enX0
		[Network]
		DHCP=yes
	END
	# root logs in on the serial line without a password
	chroot "$root" passwd -d root
	chroot "$root" systemctl enable systemd-networkd.service
	# No network is promised, so neither wait for it nor look for updates.
	chroot "$root" systemctl disable systemd-networkd-wait-online.service
	chroot "$root" systemctl mask apt-daily.timer apt-daily-upgrade.timer
	# There is neither LVM to scrub nor a screen for more than one login.
	chroot "$root" systemctl disable e2scrub_reap.service e2scrub_all.timer
	chroot "$root" systemctl mask getty-static.service
	rm -f "$root"/etc/apt/apt.conf.d/99mmdebstrap "$root"/var/log/*.log
	rm -rf "$root"/var/log/apt "$root"/var/lib/apt/lists/*
}

# Fills $OUT.
image_base_build() {
	local release=$1 opts=() line

	while IFS= read -r line; do
		opts+=(--aptopt="$line")
	done < <(apt-config dump | grep -E '^Acquire::https?::Proxy' || true)
	image_sources >"$OUT/sources.list"
	[ -s "$OUT/sources.list" ] || {
		echo "image: this machine's apt sources name no Debian archive" >&2
		return 1
	}
	{
		echo 'set -eu'
		declare -f image_customize
		echo 'image_customize "$1"'
	} >"$OUT/customize"
	# INITRD=No: no initramfs before our modules are there
	deps_as_root env INITRD=No mmdebstrap --variant=minbase --mode=root --quiet \
		--format=tar --include="linux-image-$release" \
		"${IMAGE_PACKAGES[@]/#/--include=}" \
		--dpkgopt='path-exclude=/usr/share/doc/*' \
		--dpkgopt='path-include=/usr/share/doc/*/copyright' \
		--dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/info/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' \
		"${opts[@]}" \
		--essential-hook='echo grub-pc grub-pc/install_devices_empty boolean true | chroot "$1" debconf-set-selections' \
		--customize-hook='bash '"$OUT"'/customize "$1"' \
		bookworm "$OUT/root.tar" "$OUT/sources.list" >"$OUT/log" 2>&1 || {
		tail -n 30 "$OUT/log" >&2
		return 1
	}
	deps_as_root chmod a+r "$OUT/root.tar"
}

image_base() {
	local release=$1

	deps_need mmdebstrap debian-archive-keyring
	# fresh machines have no package lists
	[ -n "$(image_sources)" ] || deps_apt update >/dev/null
	cache_build image-base "$(cache_key "$release" "${IMAGE_PACKAGES[*]}" \
		"$(declare -f image_customize image_base_build)")" \
		image_base_build "$release"
}
