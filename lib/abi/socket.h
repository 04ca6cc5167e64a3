/* SPDX-License-Identifier: MIT */
/*
 * Sockets. On i386 the old calls go through socketcall (102): a number and a pointer to the arguments; the
 * direct ones are 359-373. Source: socket(2), send(2), recv(2), unix(7), ip(7), socketcall(2), cmsg(3).
 */
#ifndef LIB_ABI_SOCKET_H
#define LIB_ABI_SOCKET_H

#include "lib/abi/uio.h"

#define SYS_SOCKET 1
#define SYS_BIND 2
#define SYS_CONNECT 3
#define SYS_LISTEN 4
#define SYS_ACCEPT 5
#define SYS_GETSOCKNAME 6
#define SYS_GETPEERNAME 7
#define SYS_SOCKETPAIR 8
#define SYS_SEND 9
#define SYS_RECV 10
#define SYS_SENDTO 11
#define SYS_RECVFROM 12
#define SYS_SHUTDOWN 13
#define SYS_SETSOCKOPT 14
#define SYS_GETSOCKOPT 15
#define SYS_SENDMSG 16
#define SYS_RECVMSG 17
#define SYS_ACCEPT4 18
#define SYS_RECVMMSG 19
#define SYS_SENDMMSG 20

#define AF_UNSPEC 0
#define AF_UNIX 1
#define AF_LOCAL AF_UNIX
#define AF_INET 2
#define AF_INET6 10
#define AF_NETLINK 16
#define AF_PACKET 17
#define PF_UNSPEC AF_UNSPEC
#define PF_UNIX AF_UNIX
#define PF_LOCAL AF_UNIX
#define PF_INET AF_INET

#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define SOCK_RAW 3
#define SOCK_SEQPACKET 5
#define SOCK_TYPE_MASK 0xf
#define SOCK_CLOEXEC 02000000
#define SOCK_NONBLOCK 00004000

#define SHUT_RD 0
#define SHUT_WR 1
#define SHUT_RDWR 2

#define SOL_SOCKET 1
#define SO_DEBUG 1
#define SO_REUSEADDR 2
#define SO_TYPE 3
#define SO_ERROR 4
#define SO_DONTROUTE 5
#define SO_BROADCAST 6
#define SO_SNDBUF 7
#define SO_RCVBUF 8
#define SO_KEEPALIVE 9
#define SO_LINGER 13
#define SO_REUSEPORT 15
#define SO_PASSCRED 16
#define SO_PEERCRED 17
#define SO_RCVLOWAT 18
#define SO_SNDLOWAT 19
#define SO_RCVTIMEO 20
#define SO_SNDTIMEO 21
#define SO_ACCEPTCONN 30
#define SO_PROTOCOL 38
#define SO_DOMAIN 39
#define SOMAXCONN 4096

#define MSG_OOB 0x01
#define MSG_PEEK 0x02
#define MSG_DONTROUTE 0x04
#define MSG_CTRUNC 0x08
#define MSG_TRUNC 0x20
#define MSG_DONTWAIT 0x40
#define MSG_EOR 0x80
#define MSG_WAITALL 0x100
#define MSG_NOSIGNAL 0x4000
#define MSG_MORE 0x8000
#define MSG_CMSG_CLOEXEC 0x40000000

#define IPPROTO_IP 0
#define IPPROTO_ICMP 1
#define IPPROTO_TCP 6
#define IPPROTO_UDP 17

struct sockaddr {
	__u16 sa_family;
	char sa_data[14];
};
ABI_SIZE(struct sockaddr, 16);

struct __kernel_sockaddr_storage {
	__u16 ss_family;
	char __data[126];
} __attribute__((aligned(4)));
ABI_SIZE(struct __kernel_sockaddr_storage, 128);

#define UNIX_PATH_MAX 108
struct sockaddr_un {
	__u16 sun_family;
	char sun_path[UNIX_PATH_MAX];
};
ABI_SIZE(struct sockaddr_un, 110);

struct in_addr {
	__u32 s_addr;
};

struct sockaddr_in {
	__u16 sin_family;
	__u16 sin_port;
	struct in_addr sin_addr;
	__u8 __pad[8];
};
ABI_SIZE(struct sockaddr_in, 16);

/* As the kernel reads it: user pointers and lengths. */
struct user_msghdr {
	void *msg_name;
	__s32 msg_namelen;
	struct iovec *msg_iov;
	__u32 msg_iovlen;
	void *msg_control;
	__u32 msg_controllen;
	__u32 msg_flags;
};
ABI_SIZE(struct user_msghdr, 28);

struct cmsghdr {
	__u32 cmsg_len;
	__s32 cmsg_level;
	__s32 cmsg_type;
};
ABI_SIZE(struct cmsghdr, 12);

#define SCM_RIGHTS 1
#define SCM_CREDENTIALS 2

struct ucred {
	__s32 pid;
	__u32 uid;
	__u32 gid;
};
ABI_SIZE(struct ucred, 12);

#endif
