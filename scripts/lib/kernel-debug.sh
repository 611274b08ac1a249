# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A kernel that finds bugs: Debian's source with tests/debug/kernel.config, so
# KASAN, UBSAN, lockdep and kmemleak, and kernel.patch there, which says what
# lockdep is told of stock code. kernel.sh sources this.
#
#   kernel_debug_get     sets what kernel_get sets
#
# Needs deps.sh and cache.sh to be sourced before.

KERNEL_DEBUG_SERIES=6.1
KERNEL_DEBUG_INPUT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../tests/debug" && pwd)

# Sources of drivers and architectures that cannot be part of this kernel are
# most of the tree and stay packed; their Kconfig files are needed.
kernel_debug_unpack() {
	local dir=linux-source-$KERNEL_DEBUG_SERIES

	mkdir "$1"
	tar -xJf "/usr/src/$dir.tar.xz" -C "$1" --strip-components=1 --wildcards \
		--exclude="$dir/Documentation/*/*" \
		--exclude="$dir/drivers/gpu/*.[ch]" \
		--exclude="$dir/drivers/media/*.[ch]" \
		--exclude="$dir/drivers/net/ethernet/*.[ch]" \
		--exclude="$dir/drivers/net/wireless/*.[ch]" \
		--exclude="$dir/drivers/staging/*.[ch]" \
		--exclude="$dir/sound/*.[ch]" \
		--exclude="$dir/tools/perf/*" \
		--exclude="$dir/tools/testing/selftests/*"
	patch -d "$1" -p1 --no-backup-if-mismatch -s -i "$KERNEL_DEBUG_INPUT/kernel.patch"
}

# A line that other settings rule out would be gone without a word.
kernel_debug_configure() {
	local lost

	make -s KCONFIG_ALLCONFIG="$1" allnoconfig
	lost=$(grep '^CONFIG.*=' "$1" | grep -vxF -f .config) || return 0
	echo "kernel: not possible together with the others: $lost" >&2
	return 1
}

# Fills $OUT.
kernel_debug_make() {
	local src=$OUT/linux release log

	log=$(dirname "$OUT")/.log
	step "building the debug kernel (once; ten to twenty minutes on two cores)"
	kernel_debug_unpack "$src"
	cd "$src" || return
	# A change of the configuration builds much the same again. By the
	# dependencies that make asks for anyway: else each file would be
	# preprocessed twice, a fifth of the time.
	export CCACHE_DIR CCACHE_DEPEND=1 CCACHE_MAXSIZE=500M KBUILD_BUILD_TIMESTAMP=@0
	CCACHE_DIR=$(cache_dir)/ccache-kernel
	{
		kernel_debug_configure "$KERNEL_DEBUG_INPUT/kernel.config" &&
			make -j2 CC='ccache gcc' bzImage modules &&
			make -s INSTALL_MOD_PATH="$OUT" DEPMOD=true modules_install
	} >"$log" 2>&1 || {
		tail -n 30 "$log" >&2
		return 1
	}
	release=$(make -s kernelrelease)
	mkdir "$OUT/boot"
	mv arch/x86/boot/bzImage "$OUT/boot/vmlinuz-$release"
	cp .config "$OUT/boot/config-$release"
	rm vmlinux
	# What modules are built with stays: headers, Makefiles and programs.
	find . -path ./scripts -prune -o -path ./tools -prune -o -type f \
		\( -name '*.[coS]' -o -name '*.a' -o -name '*.ko' -o -name '.*.cmd' -o -name '*.mod' \) \
		-exec rm -f {} +
	ln -sfn ../../../linux "$OUT/lib/modules/$release/build"
	rm -f "$OUT/lib/modules/$release/source"
	depmod -b "$OUT" "$release"
	printf '%s\n' "$release" >"$OUT/release"
}

kernel_debug_get() {
	local version

	deps_need bc bison ccache flex gcc kmod libelf-dev \
		"linux-source-$KERNEL_DEBUG_SERIES" make patch xz-utils
	version=$(dpkg-query -W -f='${Version}' "linux-source-$KERNEL_DEBUG_SERIES")
	cache_build kernel-debug "$(cache_key "$version" "$KERNEL_DEBUG_INPUT"/kernel.{config,patch} \
		"$(gcc --version)" "$(declare -f kernel_debug_unpack kernel_debug_make)")" \
		kernel_debug_make || return
	# shellcheck disable=SC2034 # read by those who source this file
	KERNEL_DIR=$REPLY KERNEL_RELEASE=$(cat "$REPLY/release")
	# shellcheck disable=SC2034
	KERNEL_KDIR=$KERNEL_DIR/linux
}
