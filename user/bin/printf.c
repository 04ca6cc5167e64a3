/* SPDX-License-Identifier: MIT */
/* The program; the command is user/util/printf.c, which the shell has built in, too. */
#include "user/util/util.h"

int main(int argc, char **argv)
{
	return finish(printf_main(argc, argv));
}
