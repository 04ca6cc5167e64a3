/* SPDX-License-Identifier: MIT */
/*
 * ioctl(2) numbers. New ones say direction, size, driver letter and number; the terminal's and a file's are
 * older than that. Source: ioctl_list(2), ioctl_tty(2), ioctl_console(2), the kernel's asm-generic/ioctl.h.
 */
#ifndef LIB_ABI_IOCTLS_H
#define LIB_ABI_IOCTLS_H

#define _IOC_NONE 0U
#define _IOC_WRITE 1U
#define _IOC_READ 2U
#define _IOC(dir, type, nr, size) (((dir) << 30) | ((size) << 16) | ((type) << 8) | (nr))
#define _IO(type, nr) _IOC(_IOC_NONE, (type), (nr), 0)
#define _IOR(type, nr, t) _IOC(_IOC_READ, (type), (nr), sizeof(t))
#define _IOW(type, nr, t) _IOC(_IOC_WRITE, (type), (nr), sizeof(t))
#define _IOWR(type, nr, t) _IOC(_IOC_READ | _IOC_WRITE, (type), (nr), sizeof(t))
#define _IOC_DIR(nr) (((nr) >> 30) & 3)
#define _IOC_TYPE(nr) (((nr) >> 8) & 0xff)
#define _IOC_NR(nr) ((nr) & 0xff)
#define _IOC_SIZE(nr) (((nr) >> 16) & 0x3fff)

/* Terminals */
#define TCGETS 0x5401
#define TCSETS 0x5402
#define TCSETSW 0x5403
#define TCSETSF 0x5404
#define TCGETA 0x5405
#define TCSETA 0x5406
#define TCSETAW 0x5407
#define TCSETAF 0x5408
#define TCSBRK 0x5409
#define TCXONC 0x540A
#define TCFLSH 0x540B
#define TIOCEXCL 0x540C
#define TIOCNXCL 0x540D
#define TIOCSCTTY 0x540E
#define TIOCGPGRP 0x540F
#define TIOCSPGRP 0x5410
#define TIOCOUTQ 0x5411
#define TIOCSTI 0x5412
#define TIOCGWINSZ 0x5413
#define TIOCSWINSZ 0x5414
#define TIOCMGET 0x5415
#define TIOCMBIS 0x5416
#define TIOCMBIC 0x5417
#define TIOCMSET 0x5418
#define TIOCGSOFTCAR 0x5419
#define TIOCSSOFTCAR 0x541A
#define FIONREAD 0x541B
#define TIOCINQ FIONREAD
#define TIOCLINUX 0x541C
#define TIOCCONS 0x541D
#define TIOCGSERIAL 0x541E
#define TIOCSSERIAL 0x541F
#define TIOCPKT 0x5420
#define FIONBIO 0x5421
#define TIOCNOTTY 0x5422
#define TIOCSETD 0x5423
#define TIOCGETD 0x5424
#define TCSBRKP 0x5425
#define TIOCSBRK 0x5427
#define TIOCCBRK 0x5428
#define TIOCGSID 0x5429
#define TCGETS2 0x802C542Au
#define TCSETS2 0x402C542Bu
#define TCSETSW2 0x402C542Cu
#define TCSETSF2 0x402C542Du
#define TIOCGPTN 0x80045430u
#define TIOCSPTLCK 0x40045431u
#define TIOCGDEV 0x80045432u
#define TIOCSIG 0x40045436u
#define TIOCVHANGUP 0x5437
#define TIOCGPKT 0x80045438u
#define TIOCGPTLCK 0x80045439u
#define TIOCGPTPEER 0x5441

/* Any file */
#define FIONCLEX 0x5450
#define FIOCLEX 0x5451
#define FIOASYNC 0x5452
#define FIOQSIZE 0x5460
#define FIBMAP 0x1
#define FIGETBSZ 0x2
#define FS_IOC_GETFLAGS 0x80046601u
#define FS_IOC_SETFLAGS 0x40046602u
#define FS_IOC_GETVERSION 0x80047601u
#define FS_IOC_SETVERSION 0x40047602u
#define FICLONE 0x40049409u

/* Block devices */
#define BLKROSET 0x125D
#define BLKROGET 0x125E
#define BLKRRPART 0x125F
#define BLKGETSIZE 0x1260	/* unsigned long: sectors of 512 bytes */
#define BLKFLSBUF 0x1261
#define BLKSSZGET 0x1268	/* int: logical sector size */
#define BLKBSZGET 0x80041270u
#define BLKBSZSET 0x40041271u
#define BLKGETSIZE64 0x80041272u /* u64: bytes. The number says 4: size_t */
#define BLKDISCARD 0x1277
#define BLKPBSZGET 0x127B
#define HDIO_GETGEO 0x0301

/* The console */
#define KDMKTONE 0x4B30
#define KDGKBTYPE 0x4B33
#define KDSETMODE 0x4B3A
#define KDGETMODE 0x4B3B
#define KDGKBMODE 0x4B44
#define KDSKBMODE 0x4B45
#define KD_TEXT 0
#define KD_GRAPHICS 1
#define KB_101 2
#define K_RAW 0
#define K_XLATE 1
#define K_MEDIUMRAW 2
#define K_UNICODE 3
#define VT_OPENQRY 0x5600
#define VT_GETMODE 0x5601
#define VT_SETMODE 0x5602
#define VT_GETSTATE 0x5603
#define VT_ACTIVATE 0x5606
#define VT_WAITACTIVE 0x5607

/* Real-time clock: struct rtc_time is nine ints */
#define RTC_RD_TIME 0x80247009u
#define RTC_SET_TIME 0x4024700Au

#endif
