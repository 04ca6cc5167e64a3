/* SPDX-License-Identifier: MIT */
#pragma once
/* Instructions that C has no word for: ports, model-specific registers, control registers, CPUID. */
#include "lib/types.h"

static __always_inline u8 inb(u16 port) { u8 v; __asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port)); return v; }
static __always_inline u16 inw(u16 port) { u16 v; __asm__ volatile("inw %1, %0" : "=a"(v) : "Nd"(port)); return v; }
static __always_inline u32 inl(u16 port) { u32 v; __asm__ volatile("inl %1, %0" : "=a"(v) : "Nd"(port)); return v; }
static __always_inline void outb(u8 v, u16 port) { __asm__ volatile("outb %0, %1" : : "a"(v), "Nd"(port)); }
static __always_inline void outw(u16 v, u16 port) { __asm__ volatile("outw %0, %1" : : "a"(v), "Nd"(port)); }
static __always_inline void outl(u32 v, u16 port) { __asm__ volatile("outl %0, %1" : : "a"(v), "Nd"(port)); }
/* n words from or to memory. */
static __always_inline void insw(u16 port, void *p, u32 n) { __asm__ volatile("rep insw" : "+D"(p), "+c"(n) : "d"(port) : "memory"); }
static __always_inline void outsw(u16 port, void *p, u32 n) { __asm__ volatile("rep outsw" : "+S"(p), "+c"(n) : "d"(port) : "memory"); }
static __always_inline void io_wait(void) { outb(0, 0x80); }

static __always_inline u64 rdtsc(void) { u64 v; __asm__ volatile("rdtsc" : "=A"(v)); return v; }
static __always_inline u64 rdmsr(u32 msr) { u64 v; __asm__ volatile("rdmsr" : "=A"(v) : "c"(msr)); return v; }
static __always_inline void wrmsr(u32 msr, u64 v) { __asm__ volatile("wrmsr" : : "A"(v), "c"(msr)); }

static __always_inline void cpuid(u32 leaf, u32 sub, u32 r[4])
{
	__asm__ volatile("cpuid" : "=a"(r[0]), "=b"(r[1]), "=c"(r[2]), "=d"(r[3]) : "a"(leaf), "c"(sub));
}

#define DEFINE_CR(n)									\
static __always_inline u32 read_cr##n(void) { u32 v; __asm__ volatile("mov %%cr" #n ", %0" : "=r"(v)); return v; } \
static __always_inline void write_cr##n(u32 v) { __asm__ volatile("mov %0, %%cr" #n : : "r"(v) : "memory"); }
DEFINE_CR(0) DEFINE_CR(2) DEFINE_CR(3) DEFINE_CR(4)

#define MSR_SYSENTER_CS 0x174
#define MSR_SYSENTER_ESP 0x175
#define MSR_SYSENTER_EIP 0x176
#define MSR_EFER 0xC0000080
#define EFER_NX (1u << 11)
#define CR0_TS (1u << 3)
#define CR0_WP (1u << 16)
#define CR4_PSE (1u << 4)
#define CR4_PGE (1u << 7)
#define CR4_OSFXSR (1u << 9)
#define CR4_OSXMMEXCPT (1u << 10)
