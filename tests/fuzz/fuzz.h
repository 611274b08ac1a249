/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the targets share: the input as a stream of choices. At its end every
 * choice is 0, so each target makes 0 mean what does least harm.
 */
#ifndef XHV_FUZZ_H
#define XHV_FUZZ_H

#include "uspace.h"

static const u8 *fuzz_data;
static size_t fuzz_left;

static inline void __maybe_unused fuzz_begin(const u8 *data, size_t size)
{
	fuzz_data = data;
	fuzz_left = size;
	fuzz_now = 0;
	fuzz_fail_alloc = -1;
}

static inline u8 __maybe_unused fuzz_byte(void)
{
	if (!fuzz_left)
		return 0;
	fuzz_left--;
	return *fuzz_data++;
}

static inline u32 __maybe_unused fuzz_u32(void)
{
	u32 v = fuzz_byte();

	v |= fuzz_byte() << 8;
	v |= fuzz_byte() << 16;
	return v | (u32)fuzz_byte() << 24;
}

static inline void __maybe_unused fuzz_bytes(void *to, size_t len)
{
	size_t n = min(len, fuzz_left);

	memcpy(to, fuzz_data, n);
	memset((char *)to + n, 0, len - n);
	fuzz_data += n;
	fuzz_left -= n;
}

/* Pages of alloc_pages_exact() that are not free, with those behind them. */
unsigned int fuzz_pages_in_use(void);
/* Frees those that are left. */
void fuzz_forget_pages(void);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

#endif /* XHV_FUZZ_H */
