#include "mm/swap.h"
#include "lib/abi/errno.h"
int swap_duplicate(swp_entry_t e) { (void)e; return -EINVAL; }
