/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * PCI: finding devices, and what a driver needs of one. A driver fills a pci_driver and registers it from a
 * device_initcall; its probe function is then called for each device of its table. Devices never go away.
 */
#include "lib/list.h"
#include "lib/types.h"
#include "mm/page.h"

struct pci_driver;

struct pci_dev {
	u8 bus, devfn;			/* devfn: device << 3 | function */
	u8 irq;				/* line at the interrupt controller; 0: none */
	u16 vendor, device;
	u32 class;			/* class << 16 | subclass << 8 | programming interface */
	const struct pci_driver *driver;	/* NULL: nobody's yet; by pci_mutex */
	struct list_head list;
};

/* Fits a device with this vendor, device (PCI_ANY_ID: any) and class where class_mask has ones. */
struct pci_device_id { u32 vendor, device, class, class_mask; };
#define PCI_ANY_ID 0xffffffffu

struct pci_driver {
	const char *name;
	const struct pci_device_id *id_table;	/* ends with an entry of vendor 0 */
	int (*probe)(struct pci_dev *dev);	/* 0: it is mine; errno: reported, the device stays free. Sleeps */
};
/* 0 or the error of the last probe that failed. Sleeps. */
int pci_register_driver(const struct pci_driver *driver);

/* Configuration space, by byte offset; any context. */
u32 pci_read_config(const struct pci_dev *dev, u32 offset, u32 size);	/* size 1, 2 or 4, offset a multiple of it */
void pci_write_config(const struct pci_dev *dev, u32 offset, u32 size, u32 value);	/* size 2 or 4 */
#define PCI_COMMAND 0x04
#define PCI_COMMAND_IO 0x1u
#define PCI_COMMAND_MEMORY 0x2u
#define PCI_COMMAND_MASTER 0x4u
#define PCI_COMMAND_INTX_DISABLE 0x400u

/* The device answers at its BARs and may access memory by itself (DMA). */
void pci_enable_device(struct pci_dev *dev);

/* Base address register n: where it is and how long. False: there is none, or the firmware gave it no place. */
struct pci_bar { phys_addr_t start, size; bool io; };
bool pci_bar(const struct pci_dev *dev, unsigned n, struct pci_bar *bar);
/* size bytes at offset of a memory BAR, mapped uncached for ever. NULL: no such place, or no memory. Sleeps. */
void *pci_map_bar(const struct pci_dev *dev, unsigned n, u32 offset, u32 size);

/* Offset of the next capability with this id behind pos (0: the first); 0: no more. */
u8 pci_find_capability(const struct pci_dev *dev, u8 pos, u8 id);
#define PCI_CAP_ID_VENDOR 0x09
