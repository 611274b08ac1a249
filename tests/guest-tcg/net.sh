# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# What the guests of the network tests share: loopback NICs 0 and 1, each in a
# network namespace of its own, a and b.

server=10.0.0.2
devices=/sys/kernel/debug/xen-hyperv/devices
nics=/sys/kernel/debug/xen-hyperv-loopback/nics
PATH=/usr/sbin:/usr/bin:/sbin:/bin

fail()
{
	echo "FAIL: $*"
	cat $devices $nics
	in_a ip -s link
	in_b ip -s link
	dmesg | tail -n 40
	exit 1
}

# The shell would rather take its own.
ip() { /usr/bin/ip "$@"; }
in_a() { ip netns exec a "$@"; }
in_b() { ip netns exec b "$@"; }

# In a, in the background; its process is $load.
begin_load()
{
	(exec /usr/bin/ip netns exec a "$@" >/tmp/load 2>&1) &
	load=$!
}

end_load()
{
	kill -9 "$load" 2>/dev/null
	wait "$load" 2>/dev/null
}

# until_true SECONDS COMMAND...
until_true()
{
	n=$(($1 * 20))
	shift
	until "$@"; do
		n=$((n - 1))
		[ $n -gt 0 ] || return 1
		sleep 0.05
	done
}

step() { echo "$(cut -d' ' -f1 /proc/uptime) $*"; }
host() { echo "$*" >$nics || fail "command: $*"; }
# count vif-0 KEY: a figure from the interface's line
count() { sed -n "s/^vif $1 .* $2=\([^ ]*\).*/\1/p" $devices; }
connected() { [ "$(count "$1" state)" = connected ]; }
no_vif() { ! grep -q "^vif $1 " $devices; }
none_in_flight() { [ "$(count "$1" inflight)" = 0 ]; }
told() { dmesg | grep -q "xen-hyperv: $*"; }
no_splat()
{
	! dmesg | grep -E "WARNING: CPU|BUG:|Oops|Call Trace|[Ii]llegal|isabled for further|blocked for more|still in use|g\.e\.|does not close|NETDEV WATCHDOG" ||
		fail "a splat"
}

# setup NAMESPACE INTERFACE NUMBER
setup()
{
	ip netns add "$1" 2>/dev/null || :
	ip link set "$2" netns "$1" || fail "no $2"
	configure "$@"
}

configure()
{
	ip -n "$1" link set lo up
	ip -n "$1" addr add "10.0.0.$3/24" dev "$2" || fail "address of $2"
	ip -n "$1" -6 addr add "fd00::$3/64" dev "$2" nodad || fail "IPv6 address of $2"
	ip -n "$1" link set "$2" up || fail "$2 does not come up"
}

# transfer NAME SECONDS ARGUMENT...: b serves, a is the client; bytes must flow
transfer()
{
	name=$1
	seconds=$2
	shift 2
	in_a iperf3 -J -c "$server" -t "$seconds" "$@" >/tmp/iperf 2>&1 || {
		tail -n 20 /tmp/iperf
		fail "$name"
	}
	# The last sum is what has been received.
	bytes=$(sed -n 's/.*"bytes":[^0-9]*\([0-9]*\).*/\1/p' /tmp/iperf | tail -n 1)
	[ "${bytes:-0}" -gt 100000 ] || {
		cat /tmp/iperf
		fail "$name: $bytes bytes"
	}
	echo "  $name: $((bytes / seconds / 125000)) Mbit/s"
}
