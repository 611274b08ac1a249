# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Packages and sources of any Debian suite, without touching the machine's own
# apt configuration: one private apt root per suite in the cache, which uses the
# archives and the keyring that the machine's own sources name.
#
#   mirror_version  SUITE PKG             newest version of a binary package
#   mirror_srcversion SUITE SRC           newest version of a source package
#   mirror_download SUITE OUTDIR PKG...   PKG or PKG=VERSION; .deb files
#   mirror_source   SUITE OUTDIR SRC      SRC or SRC=VERSION; unpacked, patched;
#                                         REPLY is the source tree
#
# SUITE is any name the archive knows: trixie, bookworm-backports,
# bookworm-security, sid. A "-security" suite is looked up in the security
# archive, everything else in the main one.
#
# Needs scripts/lib/deps.sh and scripts/lib/cache.sh to be sourced before.

# Lists older than this are fetched again.
MIRROR_MAX_AGE_MIN=${MIRROR_MAX_AGE_MIN:-1440}

# One line "URI<TAB>KEYRING<TAB>SUITE" for each Debian archive entry among the
# machine's apt sources, in both formats of sources.list(5).
_mirror_entries() {
	local -a files=()
	local f

	for f in /etc/apt/sources.list.d/*.sources \
		 /etc/apt/sources.list.d/*.list /etc/apt/sources.list; do
		[[ -r $f ]] && files+=("$f")
	done
	((${#files[@]})) || return 0
	awk '
	function flush_stanza(   i, j, nu, ns, u, s) {
		if (enabled != "no" && types ~ /(^| )deb( |$)/) {
			nu = split(uris, u, " "); ns = split(suites, s, " ")
			for (i = 1; i <= nu; i++)
				for (j = 1; j <= ns; j++)
					print u[i] "\t" key "\t" s[j]
		}
		types = uris = suites = key = enabled = field = ""
	}
	function value(name, v) {
		if (name == "types") types = types " " v
		else if (name == "uris") uris = uris " " v
		else if (name == "suites") suites = suites " " v
		else if (name == "signed-by" && v ~ /^\//) key = v
		else if (name == "enabled") enabled = tolower(v)
	}
	FNR == 1 { flush_stanza() }
	FILENAME ~ /\.sources$/ {
		if ($0 ~ /^#/) next
		if ($0 ~ /^[ \t]*$/) { flush_stanza(); next }
		v = $0
		if ($0 !~ /^[ \t]/) {
			field = tolower(v); sub(/[ \t]*:.*/, "", field)
			sub(/^[^:]*:/, "", v)
		}
		gsub(/^[ \t]+|[ \t]+$/, "", v)
		value(field, v)
		next
	}
	$1 == "deb" {
		line = $0; k = ""
		if (match(line, /\[[^]]*\]/)) {
			opts = substr(line, RSTART + 1, RLENGTH - 2)
			n = split(opts, o, /[ \t]+/)
			for (i = 1; i <= n; i++)
				if (o[i] ~ /^signed-by=\//)
					k = substr(o[i], 11)
			line = substr(line, 1, RSTART - 1) substr(line, RSTART + RLENGTH)
		}
		split(line, w, /[ \t]+/)
		print w[2] "\t" k "\t" w[3]
	}
	END { flush_stanza() }' "${files[@]}"
}

# Sets REPLY to the archive of SUITE's kind and MIRROR_KEYRING to its keyring.
_mirror_archive() {
	local suite=$1 uri key entry_suite codename
	local -r debian_keyring=/usr/share/keyrings/debian-archive-keyring.gpg

	# shellcheck source=/dev/null
	codename=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-stable}")
	while IFS=$'\t' read -r uri key entry_suite; do
		key=${key:-$debian_keyring}
		# Another vendor's archive has another key. One without
		# Signed-By would fail apt's signature check below, since only
		# this keyring is accepted there.
		[[ ${key##*/} == debian-archive-* ]] || continue
		case $suite:$entry_suite in
		*-security:*-security | *-security:*-security/ ) ;;
		*-security:*) continue ;;
		*:"$codename" | *:stable | *:oldstable | *:testing | *:sid | *:unstable) ;;
		*) continue ;;
		esac
		REPLY=$uri
		MIRROR_KEYRING=$key
		return 0
	done < <(_mirror_entries)
	echo "mirror: this machine's apt sources name no Debian archive for $suite" >&2
	return 1
}

# Writes stdin to FILE in one go: others read it without the lock.
_mirror_write() {
	cat >"$1.new"
	mv -f -- "$1.new" "$1"
}

# Makes sure that SUITE's lists are there and recent; sets REPLY to the private
# root's apt.conf.
_mirror_root() {
	local suite=$1 root uri

	if [[ ! $suite =~ ^[a-z][a-z0-9-]*$ ]]; then
		echo "mirror: not a suite name: $suite" >&2
		return 1
	fi
	_mirror_archive "$suite" || return 1
	uri=$REPLY
	root=$(cache_dir)/mirror/$suite
	mkdir -p "$root/state/lists/partial" "$root/cache/archives/partial"
	(
		flock 9
		: >>"$root/status"
		_mirror_write "$root/suite.sources" <<-END
			Types: deb deb-src
			URIs: $uri
			Suites: $suite
			Components: main
			Signed-By: $MIRROR_KEYRING
		END
		# The machine's apt.conf.d still applies: it may hold a proxy.
		_mirror_write "$root/apt.conf" <<-END
			Dir::Etc::sourcelist "$root/suite.sources";
			Dir::Etc::sourceparts "/dev/null";
			Dir::Etc::preferencesparts "/dev/null";
			Dir::State "$root/state";
			Dir::State::status "$root/status";
			Dir::Cache "$root/cache";
			APT::Sandbox::User "root";
			APT::Get::List-Cleanup "true";
			Acquire::Languages "none";
			Acquire::Retries "3";
			Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
		END
		if [[ ! -e $root/updated ||
		      -n $(find "$root/updated" -mmin "+$MIRROR_MAX_AGE_MIN") ]]; then
			# --error-on=any: a failed update otherwise exits with 0
			if APT_CONFIG=$root/apt.conf apt-get -qq --error-on=any update >&2; then
				touch "$root/updated"
			elif [[ -e $root/updated ]]; then
				echo "mirror: $suite: using the lists of $(date -r "$root/updated" +%F)" >&2
			else
				echo "mirror: cannot get the lists of $suite" >&2
				exit 1
			fi
		fi
	) 9>"$root/lock" || return 1
	REPLY=$root/apt.conf
}

mirror_version() {
	local suite=$1 pkg=$2 version

	_mirror_root "$suite" || return 1
	version=$(APT_CONFIG=$REPLY apt-cache --no-all-versions show "$pkg" 2>/dev/null |
		  awk '$1 == "Version:" { print $2; exit }')
	if [[ -z $version ]]; then
		echo "mirror: $suite has no package $pkg" >&2
		return 1
	fi
	printf '%s\n' "$version"
}

mirror_srcversion() {
	local suite=$1 src=$2 version

	_mirror_root "$suite" || return 1
	version=$(APT_CONFIG=$REPLY apt-cache --only-source showsrc "$src" |
		  awk '$1 == "Version:" { print $2 }' | sort -V | tail -n 1)
	if [[ -z $version ]]; then
		echo "mirror: $suite has no source package $src" >&2
		return 1
	fi
	printf '%s\n' "$version"
}

mirror_download() {
	local suite=$1 out=$2
	shift 2

	_mirror_root "$suite" || return 1
	mkdir -p "$out"
	(cd "$out" && APT_CONFIG=$REPLY apt-get -qq download "$@" >&2)
}

mirror_source() {
	local suite=$1 out=$2 src=$3 dsc name log

	deps_need dpkg-dev
	_mirror_root "$suite" || return 1
	mkdir -p "$out"
	# --only-source: a binary package of that name must not redirect the
	# request to another source. apt checks every file against the signed
	# index; dpkg-source checks them again against the .dsc.
	(cd "$out" && APT_CONFIG=$REPLY apt-get -qq source --only-source \
		--download-only "$src" >&2) || return 1
	name=${src%%=*}
	dsc=$(find "$out" -maxdepth 1 -name "${name}_*.dsc" | sort -V | tail -n 1)
	[[ -n $dsc ]] || return 1
	REPLY=$out/${name}-src
	rm -rf -- "$REPLY"
	# The uploader's key is no archive key, so dpkg-source's remarks about
	# the .dsc's signature say nothing; apt has verified the file.
	log=$(dpkg-source --no-copy -x "$dsc" "$REPLY" 2>&1) || {
		printf '%s\n' "$log" >&2
		return 1
	}
}
