/* SPDX-License-Identifier: MIT */
#pragma once
#include "lib/abi/auxvec.h"

unsigned long getauxval(unsigned long type);
