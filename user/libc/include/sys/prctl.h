/* SPDX-License-Identifier: MIT */
#pragma once
#include "lib/abi/prctl.h"

int prctl(int option, ...);
