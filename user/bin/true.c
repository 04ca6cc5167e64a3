/* SPDX-License-Identifier: MIT */
/* true: success. */
int main(void)
{
	return 0;
}
