# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Debian packages that the scripts need, installed when they are missing.
#
#   deps_need PKG...     installs those that are not installed yet

# Runs a command as root: directly, or through sudo.
deps_as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo -n -- "$@" </dev/null
	else
		echo "deps: need root or sudo for: $*" >&2
		return 1
	fi
}

deps_apt() {
	deps_as_root env DEBIAN_FRONTEND=noninteractive apt-get -q \
		-o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 "$@" </dev/null
}

# Prints those of the packages that are not installed.
deps_missing() {
	local -A installed=()
	local pkg status

	while read -r pkg status; do
		[ "$status" != installed ] || installed[${pkg%%:*}]=1
	done < <(dpkg-query -W -f='${Package} ${db:Status-Status}\n' "$@" 2>/dev/null)
	for pkg in "$@"; do
		[ -n "${installed[$pkg]:-}" ] || printf '%s\n' "$pkg"
	done
}

deps_install() {
	deps_apt install -y --no-install-recommends "$@" && return
	# A fresh machine has no package lists, an old one has stale lists.
	deps_apt update && deps_apt install -y --no-install-recommends "$@"
}

deps_need() {
	local missing log

	mapfile -t missing < <(deps_missing "$@")
	[ "${#missing[@]}" -gt 0 ] || return 0
	echo "installing packages: ${missing[*]}" >&2
	log=$(mktemp "${TMPDIR:-/tmp}/xhv-apt.XXXXXX") || return
	if ! deps_install "${missing[@]}" >"$log" 2>&1; then
		tail -n 25 "$log" >&2
		echo "deps: cannot install: ${missing[*]}" >&2
		rm -f "$log"
		return 1
	fi
	rm -f "$log"
}
