/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Included before everything in a host test: the functions of lib/ that have the names of the C
 * library's get others, so that the tests can hold the one against the other (__builtin_NAME is
 * the C library's), and the sanitizers keep theirs.
 */
#define memcpy pagoda_memcpy
#define memmove pagoda_memmove
#define memset pagoda_memset
#define memcmp pagoda_memcmp
#define memchr pagoda_memchr
#define strlen pagoda_strlen
#define strnlen pagoda_strnlen
#define strcmp pagoda_strcmp
#define strncmp pagoda_strncmp
#define strcasecmp pagoda_strcasecmp
#define strncasecmp pagoda_strncasecmp
#define strchr pagoda_strchr
#define strrchr pagoda_strrchr
#define strchrnul pagoda_strchrnul
#define strstr pagoda_strstr
#define strspn pagoda_strspn
#define strcspn pagoda_strcspn
#define strpbrk pagoda_strpbrk
#define strsep pagoda_strsep
#define strcpy pagoda_strcpy
#define strcat pagoda_strcat
#define strncpy pagoda_strncpy
#define strlcpy pagoda_strlcpy
#define strlcat pagoda_strlcat
#define snprintf pagoda_snprintf
#define vsnprintf pagoda_vsnprintf
#define __udivdi3 pagoda_udivdi3
#define __umoddi3 pagoda_umoddi3
#define __divdi3 pagoda_divdi3
#define __moddi3 pagoda_moddi3
#define __udivmoddi4 pagoda_udivmoddi4
#define __divmoddi4 pagoda_divmoddi4
