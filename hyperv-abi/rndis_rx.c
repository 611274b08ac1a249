// SPDX-License-Identifier: GPL-2.0-only
/*
 * RNDIS messages of the host. No VMBus.
 *
 * A message lies in memory that the host may write to at any time: each field is
 * copied once, checked, and used from the copy. Any context.
 */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "../include/compat.h"
#include "rndis.h"

/* PPIs that a frame may have before the rest is not looked at any more. A host
 * sends three or four.
 */
#define MAX_PPIS	16

int rndis_rx_header(const void *msg, u32 len, struct rndis_header *hdr)
{
	if (len < sizeof(*hdr))
		return -EINVAL;
	memcpy(hdr, msg, sizeof(*hdr));
	if (hdr->len < sizeof(*hdr) || hdr->len > len)
		return -EINVAL;
	return 0;
}

static int read_ppi(const void *at, const struct rndis_ppi *ppi,
		    struct rndis_rx *rx)
{
	u32 word;

	if (ppi->size - ppi->offset < sizeof(word))
		return 0;
	memcpy(&word, at + ppi->offset, sizeof(word));
	switch (ppi->type) {
	case PPI_CHECKSUM:
		rx->csum = word;
		break;
	case PPI_8021Q:
		rx->vlan = rndis_vlan_tci(word);
		rx->tagged = true;
		break;
	case PPI_PACKET_ID | PPI_INTERNAL:
		/* The second byte has a flag for parts of a coalesced packet. */
		if (word & BIT(8))
			return -EOPNOTSUPP;
		break;
	}
	return 0;
}

/* @ppis has @len bytes. */
static int read_ppis(const void *ppis, u32 len, struct rndis_rx *rx)
{
	struct rndis_ppi ppi;
	unsigned int i;
	int err;

	for (i = 0; len && i < MAX_PPIS; i++) {
		if (len < sizeof(ppi))
			return -EINVAL;
		memcpy(&ppi, ppis, sizeof(ppi));
		if (ppi.size < sizeof(ppi) || ppi.size > len ||
		    ppi.offset < sizeof(ppi) || ppi.offset > ppi.size)
			return -EINVAL;
		err = read_ppi(ppis, &ppi, rx);
		if (err)
			return err;
		ppis += ppi.size;
		len -= ppi.size;
	}
	return 0;
}

int rndis_rx_packet(const void *msg, u32 len, struct rndis_rx *rx)
{
	struct rndis_packet p;

	memset(rx, 0, sizeof(*rx));
	if (len < sizeof(struct rndis_header) + sizeof(p))
		return -EINVAL;
	/* Offsets count from here. */
	msg += sizeof(struct rndis_header);
	len -= sizeof(struct rndis_header);
	memcpy(&p, msg, sizeof(p));
	if (p.data_offset < sizeof(p) || p.data_offset > len ||
	    p.data_len > len - p.data_offset || p.data_len < ETH_HLEN)
		return -EINVAL;
	rx->data = msg + p.data_offset;
	rx->len = p.data_len;
	if (!p.ppi_len)
		return 0;
	if (p.ppi_offset < sizeof(p) || p.ppi_offset > len ||
	    p.ppi_len > len - p.ppi_offset)
		return -EINVAL;
	return read_ppis(msg + p.ppi_offset, p.ppi_len, rx);
}

int rndis_rx_reply(const void *msg, u32 len, struct rndis_reply *reply,
		   void *data, u32 room)
{
	u32 fixed = min_t(u32, len, sizeof(*reply)), at, bytes;

	memset(reply, 0, sizeof(*reply));
	if (len < offsetofend(struct rndis_reply, status))
		return -EINVAL;
	memcpy(reply, msg, fixed);
	if (reply->hdr.type != RNDIS_MSG_QUERY_C ||
	    reply->status != RNDIS_STATUS_SUCCESS)
		return 0;
	if (len < offsetofend(struct rndis_reply, query))
		return -EINVAL;
	at = reply->query.offset;
	bytes = reply->query.len;
	if (!bytes)
		return 0;
	len -= sizeof(struct rndis_header);
	if (at < offsetofend(struct rndis_reply, query) -
		 sizeof(struct rndis_header) ||
	    at > len || bytes > len - at || bytes > room)
		return -EINVAL;
	memcpy(data, msg + sizeof(struct rndis_header) + at, bytes);
	return bytes;
}

u32 rndis_rx_status(const void *msg, u32 len)
{
	u32 status;

	if (len < sizeof(struct rndis_header) + 3 * sizeof(u32))
		return 0;
	memcpy(&status, msg + sizeof(struct rndis_header), sizeof(status));
	return status;
}
