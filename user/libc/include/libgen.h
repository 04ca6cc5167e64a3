/* SPDX-License-Identifier: MIT */
#pragma once
/* Both may change their argument. */
char *basename(char *path);
char *dirname(char *path);
