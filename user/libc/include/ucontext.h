/* SPDX-License-Identifier: MIT */
#pragma once
#include <signal.h>
#include "lib/abi/ucontext.h"

typedef struct ucontext ucontext_t;
