"""What scripts/guest, scripts/vm-compare and scripts/boot-compare share: kernels, initramfs, QEMU."""
