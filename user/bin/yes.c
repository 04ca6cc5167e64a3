/* SPDX-License-Identifier: MIT */
/* yes: says y, or its operands, until nobody listens. */
#include "user/util/util.h"

int main(int argc, char **argv)
{
	for (;;) {
		for (int i = 1; i < argc; i++)
			printf("%s%s", i > 1 ? " " : "", argv[i]);
		if (puts(argc > 1 ? "" : "y") < 0 || ferror(stdout))
			return finish(1);
	}
}
