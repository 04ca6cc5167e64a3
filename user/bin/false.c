/* SPDX-License-Identifier: MIT */
/* false: failure. */
int main(void)
{
	return 1;
}
