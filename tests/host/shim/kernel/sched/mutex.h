/* SPDX-License-Identifier: MIT */
#pragma once
/* Host tests: one thread, so locks only count that they are released. */
#include "lib/types.h"

typedef struct spinlock { int held; } spinlock_t;
struct mutex { int held; };
struct rw_semaphore { int held; };

#define spin_lock_irqsave(lock, flags) ((flags) = (lock)->held++)
#define spin_unlock_irqrestore(lock, flags) ((lock)->held = (int)(flags))
#define mutex_lock(m) ((m)->held++)
#define mutex_unlock(m) ((m)->held--)
