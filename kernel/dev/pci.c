/* SPDX-License-Identifier: MIT */
/*
 * The PCI bus: every function of every device has 256 bytes of configuration space, reached through a pair of
 * ports (configuration mechanism 1: address, then data). The firmware has given each device its addresses and its
 * interrupt line; here they are only read. What cannot be asked of the bus is asked by nobody: no list of the
 * devices of a machine exists in the kernel.
 *
 * pci_lock makes the pair of port accesses one; it is innermost. pci_mutex guards who has which device and
 * serialises probes; the list of devices is made before there are drivers.
 *
 * Source: PCI Local Bus Specification 3.0, 3.2.2.3.2 (mechanism 1), 6.1, 6.2.5.1 (sizing), 6.7 (capabilities);
 * PCI-to-PCI Bridge Architecture Specification 1.2, 3.2.5.
 */
#include "kernel/cpu/io.h"
#include "kernel/dev/pci.h"
#include "kernel/init.h"
#include "kernel/printk.h"
#include "kernel/sched/mutex.h"
#include "mm/slab.h"
#include "mm/vmalloc.h"

enum {
	CONFIG_ADDRESS = 0xcf8, CONFIG_DATA = 0xcfc,
	VENDOR = 0x00, STATUS = 0x06, CLASS = 0x08, HEADER_TYPE = 0x0e, BAR0 = 0x10, SECONDARY_BUS = 0x19,
	CAPABILITIES = 0x34, INTERRUPT_LINE = 0x3c, INTERRUPT_PIN = 0x3d,
	STATUS_CAPABILITIES = 0x10, MULTIFUNCTION = 0x80, TYPE_BRIDGE = 1,
	BAR_IO = 1, BAR_TYPE = 6, BAR_64 = 4,
};

static DEFINE_SPINLOCK(pci_lock);
static DEFINE_MUTEX(pci_mutex);
static LIST_HEAD(pci_devices);

/* Selects a register; pci_lock held. Where in the data port its first byte is. */
static u16 address(const struct pci_dev *dev, u32 offset)
{
	outl(0x80000000u | dev->bus << 16 | dev->devfn << 8 | (offset & 0xfc), CONFIG_ADDRESS);
	return (u16)(CONFIG_DATA + (offset & 3));
}

u32 pci_read_config(const struct pci_dev *dev, u32 offset, u32 size)
{
	unsigned long flags;
	u16 port;
	u32 v;

	spin_lock_irqsave(&pci_lock, flags);
	port = address(dev, offset);
	v = size == 1 ? inb(port) : size == 2 ? inw(port) : inl(port);
	spin_unlock_irqrestore(&pci_lock, flags);
	return v;
}

void pci_write_config(const struct pci_dev *dev, u32 offset, u32 size, u32 value)
{
	unsigned long flags;

	spin_lock_irqsave(&pci_lock, flags);
	if (size == 2)
		outw((u16)value, address(dev, offset));
	else
		outl(value, address(dev, offset));
	spin_unlock_irqrestore(&pci_lock, flags);
}

static void scan_bus(u8 bus);

static void add_device(const struct pci_dev *found)
{
	struct pci_dev *dev = kmalloc(sizeof(*dev), GFP_KERNEL);

	if (!dev)
		return;
	*dev = *found;
	dev->vendor = (u16)pci_read_config(dev, VENDOR, 2);
	dev->device = (u16)pci_read_config(dev, VENDOR + 2, 2);
	dev->class = pci_read_config(dev, CLASS, 4) >> 8;
	/* Without a pin the line means nothing; 255 is "not connected". */
	if (pci_read_config(dev, INTERRUPT_PIN, 1))
		dev->irq = (u8)pci_read_config(dev, INTERRUPT_LINE, 1);
	if (dev->irq == 255)
		dev->irq = 0;
	list_add_tail(&dev->list, &pci_devices);
	pr_debug("pci %02x:%02x.%x: %04x:%04x class %06x irq %u\n", dev->bus, dev->devfn >> 3, dev->devfn & 7, dev->vendor,
		 dev->device, dev->class, dev->irq);
	if ((pci_read_config(dev, HEADER_TYPE, 1) & ~MULTIFUNCTION) == TYPE_BRIDGE) {
		u8 secondary = (u8)pci_read_config(dev, SECONDARY_BUS, 1);

		/* Numbers grow downwards from the root; what does not is no tree and would have no end. */
		if (secondary > dev->bus)
			scan_bus(secondary);
	}
}

static void scan_bus(u8 bus)
{
	for (unsigned slot = 0; slot < 32; slot++) {
		unsigned functions = 1;

		for (unsigned fn = 0; fn < functions; fn++) {
			struct pci_dev dev = { .bus = bus, .devfn = (u8)(slot << 3 | fn) };

			if (pci_read_config(&dev, VENDOR, 2) == 0xffff)
				continue;
			if (!fn && pci_read_config(&dev, HEADER_TYPE, 1) & MULTIFUNCTION)
				functions = 8;
			add_device(&dev);
		}
	}
}

static int pci_init(void)
{
	outl(0x80000000u, CONFIG_ADDRESS);
	if (inl(CONFIG_ADDRESS) == 0x80000000u)	/* else an ISA machine */
		scan_bus(0);
	return 0;
}
fs_initcall(pci_init);

static bool matches(const struct pci_driver *driver, const struct pci_dev *dev)
{
	for (const struct pci_device_id *id = driver->id_table; id->vendor; id++)
		if ((id->vendor == PCI_ANY_ID || id->vendor == dev->vendor) && (id->device == PCI_ANY_ID || id->device == dev->device) &&
		    !((id->class ^ dev->class) & id->class_mask))
			return true;
	return false;
}

int pci_register_driver(const struct pci_driver *driver)
{
	struct pci_dev *dev;
	int err, last = 0;

	mutex_lock(&pci_mutex);
	list_for_each_entry(dev, &pci_devices, list) {
		if (dev->driver || !matches(driver, dev))
			continue;
		err = driver->probe(dev);
		if (err) {
			pr_warn("%s: pci %02x:%02x.%x cannot be used (error %d)\n", driver->name, dev->bus, dev->devfn >> 3,
				dev->devfn & 7, -err);
			last = err;
		} else {
			dev->driver = driver;
		}
	}
	mutex_unlock(&pci_mutex);
	return last;
}

void pci_enable_device(struct pci_dev *dev)
{
	u32 command = pci_read_config(dev, PCI_COMMAND, 2) & ~PCI_COMMAND_INTX_DISABLE;

	pci_write_config(dev, PCI_COMMAND, 2, command | PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
}

/* What stays zero when all ones are written is below the size. The device must not answer there meanwhile. */
static u32 writable_bits(const struct pci_dev *dev, u32 offset)
{
	u32 command = pci_read_config(dev, PCI_COMMAND, 2), old = pci_read_config(dev, offset, 4), mask;

	pci_write_config(dev, PCI_COMMAND, 2, command & ~(PCI_COMMAND_IO | PCI_COMMAND_MEMORY));
	pci_write_config(dev, offset, 4, ~0u);
	mask = pci_read_config(dev, offset, 4);
	pci_write_config(dev, offset, 4, old);
	pci_write_config(dev, PCI_COMMAND, 2, command);
	return mask;
}

bool pci_bar(const struct pci_dev *dev, unsigned n, struct pci_bar *bar)
{
	u32 offset = BAR0 + 4 * n, low, mask;

	if (n > 5)
		return false;
	low = pci_read_config(dev, offset, 4);
	mask = writable_bits(dev, offset);
	bar->io = low & BAR_IO;
	bar->start = low & (bar->io ? ~3u : ~15u);
	mask &= bar->io ? ~3u : ~15u;
	bar->size = mask & -mask;	/* a BAR of 4 GiB and more has none: nobody could map it */
	if (!bar->io && (low & BAR_TYPE) == BAR_64 && n < 5)
		bar->start |= (phys_addr_t)pci_read_config(dev, offset + 4, 4) << 32;
	return bar->size && bar->start;
}

void *pci_map_bar(const struct pci_dev *dev, unsigned n, u32 offset, u32 size)
{
	struct pci_bar bar;

	if (!pci_bar(dev, n, &bar) || bar.io || !size || (u64)offset + size > bar.size)
		return NULL;
	return ioremap(bar.start + offset, size);
}

u8 pci_find_capability(const struct pci_dev *dev, u8 pos, u8 id)
{
	if (!(pci_read_config(dev, STATUS, 2) & STATUS_CAPABILITIES))
		return 0;
	pos = (u8)pci_read_config(dev, pos ? pos + 1 : CAPABILITIES, 1);
	/* Each needs four bytes behind the header of 64: more than 48 are a loop. */
	for (int left = 48; left && (pos &= 0xfc) >= 0x40; left--) {
		if (pci_read_config(dev, pos, 1) == id)
			return pos;
		pos = (u8)pci_read_config(dev, pos + 1u, 1);
	}
	return 0;
}
