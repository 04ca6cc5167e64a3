/* SPDX-License-Identifier: MIT */
#pragma once
#include "syscall_numbers.h"
