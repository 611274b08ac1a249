# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# kexec and makedumpfile for guests. Their packages are unpacked and not
# installed: installed they change how the machine restarts.
#
#   crash_tools          sets REPLY to a folder with tools.tar, for a guest's /
#
# Needs testing.sh to be sourced before.

crash_tools_make() {
	local root=$OUT/root program library

	mirror_download "$1" "$OUT/debs" kexec-tools makedumpfile
	for program in "$OUT"/debs/*.deb; do
		dpkg-deb -x "$program" "$OUT/debs/root"
	done
	for program in sbin/kexec usr/bin/makedumpfile; do
		install -D "$OUT/debs/root/$program" "$root/bin/${program##*/}"
		{ ldd "$root/bin/${program##*/}" || :; } | grep -oE '/[^ ]+' | while read -r library; do
			[ -e "$root$library" ] || install -D "$library" "$root$library"
		done
	done
	tar -cf "$OUT/tools.tar" -C "$root" .
	rm -rf "$OUT/debs" "$root"
}

crash_tools() {
	local suite

	# What they are linked with
	deps_need libbz2-1.0 libdw1 libelf1 liblzma5 liblzo2-2 libxenmisc4.17 zlib1g
	# shellcheck source=/dev/null
	suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-bookworm}")
	cache_build crash-tools "$(cache_key "$suite" "$(declare -f crash_tools_make)")" \
		crash_tools_make "$suite"
}
