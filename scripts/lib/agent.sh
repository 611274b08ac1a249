# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The rig's agent (tests/guest/agent.c), for initramfs and full guests.
#
#   agent_build ROOT     sets REPLY to a folder with the static program: agent
#   agent_tree ROOT      sets REPLY to a folder that is copied over a full
#                        guest's root: the agent as a service
#
# Needs deps.sh and cache.sh to be sourced before.

agent_build_make() {
	gcc -O2 -Wall -static -s -o "$OUT/agent" "$1/agent.c"
}

agent_build() {
	local guest=$1/tests/guest key

	deps_need gcc libc6-dev
	key=$(cache_key "$guest/agent.c" "$guest/protocol.h" "$(declare -f agent_build_make)")
	cache_build rig-agent "$key" agent_build_make "$guest"
}

agent_tree_make() {
	local guest=$1 agent=$2

	install -D "$agent" "$OUT/usr/local/sbin/xhv-rig-agent"
	install -d "$OUT/usr/local/bin"
	ln -s ../sbin/xhv-rig-agent "$OUT/usr/local/bin/rig-stat"
	install -D -m 644 "$guest/xhv-rig.service" "$OUT/etc/systemd/system/xhv-rig.service"
	install -D -m 644 "$guest/60-xhv-rig.rules" "$OUT/etc/udev/rules.d/60-xhv-rig.rules"
}

agent_tree() {
	local guest=$1/tests/guest agent key

	agent_build "$1" || return
	agent=$REPLY/agent
	key=$(cache_key "$agent" "$guest/xhv-rig.service" "$guest/60-xhv-rig.rules" \
		"$(declare -f agent_tree_make)")
	cache_build rig-agent-tree "$key" agent_tree_make "$guest" "$agent"
}
