/* SPDX-License-Identifier: MIT */
/* crd.c - where the two ranges and the hotspot of a delegation meet (ABI reference 4.4). */
#include "crd.h"

WARM struct crd_window crd_window_hot(hedron_crd src, hedron_crd dst, uint64_t hotspot)
{
	uint64_t s = crd_first(src), d = crd_first(dst);
	uint64_t smask = low_mask(crd_order(src)), dmask = low_mask(crd_order(dst));

	if (smask < dmask)
		return (struct crd_window){ s, d | (hotspot & dmask & ~smask), crd_order(src) };
	return (struct crd_window){ s | (hotspot & smask & ~dmask), d, crd_order(dst) };
}

bool crd_window_common(hedron_crd a, hedron_crd b, struct crd_window *w)
{
	hedron_crd small = crd_order(a) < crd_order(b) ? a : b;
	hedron_crd large = small == a ? b : a;
	uint64_t base = crd_first(small);

	if ((base & ~low_mask(crd_order(large))) != crd_first(large))
		return false;
	*w = (struct crd_window){ base, base, crd_order(small) };
	return true;
}
