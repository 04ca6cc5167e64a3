/* SPDX-License-Identifier: MIT */
#pragma once
#include "lib/abi/personality.h"

int personality(unsigned long persona);
