/* SPDX-License-Identifier: MIT */
#pragma once
/* Nothing reclaims beside these tests. */
static inline void wakeup_kswapd(void) {}
