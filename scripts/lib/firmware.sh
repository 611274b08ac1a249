# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The test host's firmware: Debian's SeaBIOS with bus-master DMA for IDE disks.
# Debian's own binary reads them word by word, some ten VM exits a sector: in a
# nested guest a kernel then takes a minute to load, and seconds with DMA.
#
#   firmware_build   sets REPLY to a folder with bios-256k.bin
#
# Needs deps.sh, cache.sh and mirror.sh to be sourced before.

firmware_make() {
	local suite=$1 version=$2 src log=$OUT/log

	mirror_source "$suite" "$OUT/src" "seabios=$version" >"$log" 2>&1
	src=$REPLY
	mkdir "$OUT/build"
	printf 'CONFIG_%s\n' QEMU=y ROM_SIZE=256 ATA_DMA=y >"$OUT/build/.config"
	(
		cd "$src"
		for target in oldnoconfig "$OUT/build/bios.bin"; do
			make -j2 PYTHON=python3 OUT="$OUT/build/" \
				KCONFIG_CONFIG="$OUT/build/.config" "$target"
		done
	) >>"$log" 2>&1 || {
		tail -n 30 "$log" >&2
		return 1
	}
	grep -qx CONFIG_ATA_DMA=y "$OUT/build/.config" || {
		echo "firmware: this SeaBIOS has no ATA_DMA" >&2
		return 1
	}
	cp "$OUT/build/bios.bin" "$OUT/bios-256k.bin"
	rm -rf "$OUT/src" "$OUT/build"
}

firmware_build() {
	local suite version

	deps_need make gcc libc6-dev python3
	# shellcheck source=/dev/null
	suite=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:?}")
	version=$(mirror_srcversion "$suite" seabios) || return
	cache_build firmware "$(cache_key "$suite" "$version" "$(declare -f firmware_make)")" \
		firmware_make "$suite" "$version"
}
