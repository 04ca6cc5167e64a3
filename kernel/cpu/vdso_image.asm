; SPDX-License-Identifier: MIT
; The finished vDSO (kernel/cpu/vdso/) as data of the kernel.
bits 32
section .rodata
global vdso_image, vdso_image_end
align 16
vdso_image:
	incbin "vdso.so"
vdso_image_end:
