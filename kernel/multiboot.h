/* SPDX-License-Identifier: MIT */
#pragma once
/* The boot loader's information, at the physical address that it passed on. */
#include "lib/types.h"

void multiboot_command_line(u32 phys);	/* saves it; before anything asks for parameters */
void multiboot_memory(u32 phys);	/* tells mm/bootmem.h of RAM and of what is taken */
extern u32 ramdisk_start, ramdisk_end;	/* physical; equal: there is none */
