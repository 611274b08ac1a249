#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
#
# GET /cgi-bin/data?N is N MiB, /cgi-bin/data?N,md5 their MD5. Each MiB begins
# with its number.

IFS=, read -r size what <<END
$QUERY_STRING
END

case $size in
'' | *[!0-9]*)
	printf 'Status: 400 Bad Request\r\n\r\n'
	exit
	;;
esac

data() {
	i=0
	while [ "$i" -lt "$size" ]; do
		printf '%015d\n' "$i"
		cat /www/block
		i=$((i + 1))
	done
}

if [ "${what:-}" = md5 ]; then
	printf 'Content-Type: text/plain\r\n\r\n'
	data | md5sum | cut -d' ' -f1
else
	printf 'Content-Type: application/octet-stream\r\nContent-Length: %s\r\n\r\n' \
		"$((size << 20))"
	data
fi
