/* SPDX-License-Identifier: MIT */
/* The program; the command is user/util/echo.c, which the shell has built in, too. */
#include "user/util/util.h"

int main(int argc, char **argv)
{
	return finish(echo_main(argc, argv));
}
