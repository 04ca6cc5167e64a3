/* SPDX-License-Identifier: MIT */
/*
 * The 16550 UART of the PC's first serial port: console "ttyS0" and terminal /dev/ttyS0.
 *
 * Received bytes wait in the chip's 16-byte FIFO; the interrupt handler moves them to the terminal's
 * ring. When the ring is full it turns the receive interrupt off and leaves the rest in the FIFO,
 * so that the sender is held back by the line rather than lose bytes. Bytes to send go through a
 * ring of our own: the chip interrupts when its FIFO is empty and gets the next 16. Kernel messages
 * are sent by polling, since a panic must get out with interrupts off.
 *
 * port_lock guards the chip's registers and the ring, interrupts off. Interrupts reach the PIC as
 * edges: the handler must go on until the chip says that nothing is left, or no edge comes again.
 * Source: National Semiconductor PC16550D data sheet.
 */
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/io.h"
#include "kernel/dev/console.h"
#include "kernel/dev/serial.h"
#include "kernel/dev/tty.h"
#include "kernel/init.h"
#include "kernel/printk.h"
#include "lib/abi/errno.h"

enum {
	COM1 = 0x3f8, COM1_IRQ = 4, UART_CLOCK = 115200, FIFO_SIZE = 16, TX_SIZE = 4096,
	/* Registers; DLL and DLM instead of the first two while LCR_DLAB is set. */
	DATA = 0, IER = 1, IIR = 2, FCR = 2, LCR = 3, MCR = 4, LSR = 5, MSR = 6, SCR = 7, DLL = 0, DLM = 1,
	IER_RDI = 1, IER_THRI = 2,
	IIR_NONE = 1,
	FCR_ENABLE = 1, FCR_CLEAR_RX = 2, FCR_CLEAR_TX = 4,
	LCR_8BITS = 3, LCR_STOP2 = 4, LCR_PARITY = 8, LCR_EVEN = 16, LCR_BREAK = 0x40, LCR_DLAB = 0x80,
	MCR_DTR = 1, MCR_RTS = 2, MCR_OUT2 = 8,		/* OUT2 lets interrupts out on a PC */
	LSR_DR = 1, LSR_OE = 2, LSR_PE = 4, LSR_FE = 8, LSR_BI = 16, LSR_THRE = 32, LSR_TEMT = 64,
	MSR_CTS = 0x10, MSR_DSR = 0x20, MSR_RI = 0x40, MSR_DCD = 0x80,
};

static struct serial_port {
	bool present;
	bool stuck;			/* the last message waited in vain, by port_lock */
	u8 ier, mcr, lcr;		/* what the registers hold, by port_lock */
	u8 tx[TX_SIZE];			/* by port_lock, as are its positions */
	u32 tx_head, tx_tail;
	bool stopped;			/* flow control: send nothing from the ring */
	struct tty_struct *tty;
} port;
static DEFINE_SPINLOCK(port_lock);

static u8 uart_in(int reg) { return inb((u16)(COM1 + reg)); }
static void uart_out(int reg, u8 v) { outb(v, (u16)(COM1 + reg)); }

static void set_ier(u8 bits)
{
	if (port.ier == bits)
		return;
	port.ier = bits;
	uart_out(IER, bits);
}

static void set_line(u32 baud, u8 lcr)
{
	u32 divisor = baud ? max(UART_CLOCK / baud, 1u) : 1;

	port.lcr = lcr;
	uart_out(LCR, lcr | LCR_DLAB);
	uart_out(DLL, (u8)divisor);
	uart_out(DLM, (u8)(divisor >> 8));
	uart_out(LCR, lcr);
}

/*
 * A line that nobody takes from must not hang the kernel: after a while the byte is sent regardless, and until the line
 * moves again the following ones wait hardly at all.
 */
static void poll_put(u8 c)
{
	int patience = port.stuck ? 10 : 200000;

	while (!(uart_in(LSR) & LSR_THRE) && --patience > 0)
		cpu_relax();
	port.stuck = patience == 0;
	uart_out(DATA, c);
}

static void serial_console_write(struct console *con, const char *s, size_t n)
{
	unsigned long flags;

	(void)con;
	spin_lock_irqsave(&port_lock, flags);
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '\n')
			poll_put('\r');
		poll_put((u8)s[i]);
	}
	spin_unlock_irqrestore(&port_lock, flags);
}

static struct console serial_console = { .name = "ttyS", .index = 0, .write = serial_console_write };

void serial_console_init(void)
{
	/* The scratch register keeps what is written only if there is a chip. */
	uart_out(SCR, 0x5a);
	if (uart_in(SCR) != 0x5a)
		return;
	port.present = true;
	uart_out(IER, 0);
	set_line(console_baud("ttyS", 0, 115200), LCR_8BITS);
	uart_out(FCR, FCR_ENABLE | FCR_CLEAR_RX | FCR_CLEAR_TX);	/* interrupt at the first byte */
	port.mcr = MCR_DTR | MCR_RTS | MCR_OUT2;
	uart_out(MCR, port.mcr);
	console_add(&serial_console);
}

static u32 tx_count(void) { return port.tx_head - port.tx_tail; }

/* Fills the chip's FIFO if it is empty, and asks for an interrupt when it is so again. port_lock held. */
static void transmit(void)
{
	if (!port.stopped && tx_count() && uart_in(LSR) & LSR_THRE)
		for (int i = 0; i < FIFO_SIZE && tx_count(); i++)
			uart_out(DATA, port.tx[port.tx_tail++ % TX_SIZE]);
	set_ier(!port.stopped && tx_count() ? port.ier | IER_THRI : port.ier & (u8)~IER_THRI);
}

static enum tty_flag flag_of(u8 lsr)
{
	return lsr & LSR_BI ? TTY_BREAK : lsr & LSR_PE ? TTY_PARITY : lsr & LSR_FE ? TTY_FRAME : TTY_NORMAL;
}

/* port_lock held. True: there was something. */
static bool receive(void)
{
	bool some = false;
	u8 lsr;

	while ((lsr = uart_in(LSR)) & (LSR_DR | LSR_BI)) {
		if (!tty_buffer_room(port.tty)) {
			set_ier(port.ier & (u8)~IER_RDI);
			break;
		}
		tty_insert_flip_char(port.tty, uart_in(DATA), flag_of(lsr));
		some = true;
	}
	return some;
}

static bool serial_interrupt(struct pt_regs *regs, void *arg)
{
	bool received = false, sent;
	unsigned long flags;
	u32 before;

	(void)regs;
	(void)arg;
	spin_lock_irqsave(&port_lock, flags);
	before = tx_count();
	while (!(uart_in(IIR) & IIR_NONE)) {
		if (port.ier & IER_RDI)
			received |= receive();
		uart_in(MSR);
		transmit();
	}
	sent = before && tx_count() < TX_SIZE / 2;
	spin_unlock_irqrestore(&port_lock, flags);
	if (received)
		tty_flip_buffer_push(port.tty);
	if (sent)
		tty_wakeup(port.tty);
	return true;
}

static size_t serial_write(struct tty_struct *tty, const u8 *s, size_t n)
{
	unsigned long flags;
	bool emptied;
	size_t i = 0;

	spin_lock_irqsave(&port_lock, flags);
	emptied = tx_count() > 0;
	while (i < n && tx_count() < TX_SIZE)
		port.tx[port.tx_head++ % TX_SIZE] = s[i++];
	transmit();
	emptied &= tx_count() == 0;
	spin_unlock_irqrestore(&port_lock, flags);
	/* We have sent what somebody waits for, and the interrupt that would have told them will not come. */
	if (emptied)
		tty_wakeup(tty);
	return i;
}

/*
 * With the lock: what a writer puts into the ring and sends at once has never been there. Who saw it in between would wait for it
 * to go, and nobody would say so.
 */
static size_t serial_chars_in_buffer(struct tty_struct *tty)
{
	unsigned long flags;
	size_t n;

	(void)tty;
	spin_lock_irqsave(&port_lock, flags);
	n = tx_count();
	spin_unlock_irqrestore(&port_lock, flags);
	return n;
}

static size_t serial_write_room(struct tty_struct *tty) { return TX_SIZE - serial_chars_in_buffer(tty); }

static void serial_flush_buffer(struct tty_struct *tty)
{
	unsigned long flags;

	(void)tty;
	spin_lock_irqsave(&port_lock, flags);
	port.tx_tail = port.tx_head;
	transmit();
	spin_unlock_irqrestore(&port_lock, flags);
}

static void set_stopped(bool stopped)
{
	unsigned long flags;

	spin_lock_irqsave(&port_lock, flags);
	port.stopped = stopped;
	transmit();
	spin_unlock_irqrestore(&port_lock, flags);
}
static void serial_stop(struct tty_struct *tty) { (void)tty; set_stopped(true); }
static void serial_start(struct tty_struct *tty) { (void)tty; set_stopped(false); }

static void serial_unthrottle(struct tty_struct *tty)
{
	unsigned long flags;

	(void)tty;
	spin_lock_irqsave(&port_lock, flags);
	set_ier(port.ier | IER_RDI);
	spin_unlock_irqrestore(&port_lock, flags);
}

static void serial_set_termios(struct tty_struct *tty, const struct ktermios *old)
{
	u32 cflag = tty->termios.c_cflag;
	u8 lcr = (u8)((cflag & CSIZE) >> 4);
	unsigned long flags;

	if (cflag == old->c_cflag)
		return;
	if (cflag & CSTOPB)
		lcr |= LCR_STOP2;
	if (cflag & PARENB)
		lcr |= LCR_PARITY | (cflag & PARODD ? 0 : LCR_EVEN);
	spin_lock_irqsave(&port_lock, flags);
	/* Speed 0 means hang up: let the modem line fall. */
	port.mcr = cflag & CBAUD ? port.mcr | MCR_DTR | MCR_RTS : port.mcr & (u8)~(MCR_DTR | MCR_RTS);
	uart_out(MCR, port.mcr);
	set_line(tty_termios_baud_rate(&tty->termios), lcr);
	spin_unlock_irqrestore(&port_lock, flags);
}

static void serial_break(struct tty_struct *tty, bool on)
{
	unsigned long flags;

	(void)tty;
	spin_lock_irqsave(&port_lock, flags);
	port.lcr = on ? port.lcr | LCR_BREAK : port.lcr & (u8)~LCR_BREAK;
	uart_out(LCR, port.lcr);
	spin_unlock_irqrestore(&port_lock, flags);
}

static int serial_tiocmget(struct tty_struct *tty)
{
	u8 msr = uart_in(MSR), mcr = READ_ONCE(port.mcr);

	(void)tty;
	return (mcr & MCR_DTR ? TIOCM_DTR : 0) | (mcr & MCR_RTS ? TIOCM_RTS : 0) | (msr & MSR_CTS ? TIOCM_CTS : 0) |
		(msr & MSR_DSR ? TIOCM_DSR : 0) | (msr & MSR_RI ? TIOCM_RNG : 0) | (msr & MSR_DCD ? TIOCM_CAR : 0);
}

static int serial_tiocmset(struct tty_struct *tty, u32 set, u32 clear)
{
	unsigned long flags;
	u8 on = (u8)((set & TIOCM_DTR ? MCR_DTR : 0) | (set & TIOCM_RTS ? MCR_RTS : 0));
	u8 off = (u8)((clear & TIOCM_DTR ? MCR_DTR : 0) | (clear & TIOCM_RTS ? MCR_RTS : 0));

	(void)tty;
	spin_lock_irqsave(&port_lock, flags);
	port.mcr = (u8)((port.mcr & ~off) | on);
	uart_out(MCR, port.mcr);
	spin_unlock_irqrestore(&port_lock, flags);
	return 0;
}

static const struct tty_operations serial_ops = {
	.write = serial_write, .write_room = serial_write_room, .chars_in_buffer = serial_chars_in_buffer,
	.flush_buffer = serial_flush_buffer, .set_termios = serial_set_termios, .stop = serial_stop,
	.start = serial_start, .unthrottle = serial_unthrottle, .break_ctl = serial_break,
	.tiocmget = serial_tiocmget, .tiocmset = serial_tiocmset,
};
static struct tty_struct *serial_ttys[1];
static struct tty_driver serial_driver = {
	.name = "ttyS", .major = 4, .minor_start = 64, .num = 1, .ops = &serial_ops, .ttys = serial_ttys,
};

struct tty_struct *serial_tty(int index) { return index == 0 ? READ_ONCE(serial_ttys[0]) : NULL; }

static int serial_init(void)
{
	unsigned long flags;
	int err;

	if (!port.present)
		return 0;
	serial_driver.init_termios = tty_std_termios;
	serial_driver.init_termios.c_cflag = B115200 | CS8 | CREAD | HUPCL | CLOCAL;
	port.tty = alloc_tty(&serial_driver, 0, &port);
	if (!port.tty)
		return -ENOMEM;
	serial_ttys[0] = port.tty;
	err = request_irq(COM1_IRQ, serial_interrupt, 0, "ttyS0", NULL) ?: tty_register_driver(&serial_driver);
	spin_lock_irqsave(&port_lock, flags);
	set_ier(IER_RDI);
	spin_unlock_irqrestore(&port_lock, flags);
	return err;
}
device_initcall(serial_init);
