/* SPDX-License-Identifier: MIT */
/* The program; the command is user/util/test.c, which the shell has built in, too. */
#include "user/util/util.h"

int main(int argc, char **argv)
{
	return finish(test_main(argc, argv));
}
