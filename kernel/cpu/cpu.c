/* SPDX-License-Identifier: MIT */
/*
 * Which processor this is. What the kernel cannot do without was checked before paging
 * (boot/start.asm); here we learn what is nice to have: NX, SYSENTER, global pages, RDRAND.
 * Source: Intel SDM volume 2, CPUID.
 */
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/io.h"
#include "lib/string.h"

struct cpu_features boot_cpu;

static void read_model(struct cpu_features *c)
{
	u32 r[4], s[4];

	cpuid(0x80000000, 0, r);
	if (r[0] >= 0x80000004)
		for (u32 i = 0; i < 3; i++)
			cpuid(0x80000002 + i, 0, (u32 *)(c->model + 16 * i));
	/* A CPU that does not say has 36 bits if it has PSE-36, and QEMU's without it faults on more than 32. */
	cpuid(1, 0, s);
	c->phys_bits = s[3] & 1u << 17 ? 36 : 32;
	if (r[0] >= 0x80000008) {
		cpuid(0x80000008, 0, s);
		c->phys_bits = s[0] & 0xff;
	}
	if (r[0] >= 0x80000001) {
		cpuid(0x80000001, 0, r);
		c->ext_edx = r[3];
	}
}

/* NX takes effect through EFER; the page tables use the bit only if boot_cpu.nx says so. */
void cpu_enable(void)
{
	const struct cpu_features *c = &boot_cpu;
	u32 cr4 = read_cr4() | CR4_OSFXSR | CR4_OSXMMEXCPT;

	if (c->pge)
		cr4 |= CR4_PGE;
	write_cr4(cr4);
	if (c->nx)
		wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_NX);
}

void cpu_detect(void)
{
	struct cpu_features *c = &boot_cpu;
	u32 r[4];
	u32 leaves;

	cpuid(0, 0, r);
	leaves = r[0];
	memcpy(c->vendor, &r[1], 4);
	memcpy(c->vendor + 4, &r[3], 4);
	memcpy(c->vendor + 8, &r[2], 4);
	cpuid(1, 0, r);
	c->signature = r[0];
	c->ecx = r[2];
	c->edx = r[3];
	if (leaves >= 7) {
		cpuid(7, 0, r);
		c->ebx7 = r[1];
	}
	read_model(c);
	c->nx = c->ext_edx & BIT(20);
	c->sysenter = c->edx & BIT(11);
	c->pge = c->edx & BIT(13);
	c->rdrand = c->ecx & BIT(30);
	cpu_enable();
}
