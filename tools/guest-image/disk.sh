# SPDX-License-Identifier: Apache-2.0
# The disk: an MBR, a FAT partition with the boot loader and the kernel, an ext4 partition.

# make_disk WORK HERE DISK: from WORK/packages, WORK/root and WORK/initramfs.cpio
make_disk() {
  local work=$1 here=$2 disk=$3 boot=$1/boot.fat root=$1/root.ext4
  make_boot_partition "$work" "$here" "$boot"
  truncate -s "${root_mib}M" "$root"
  mke2fs -q -t ext4 -b 4096 -L virgaroot -O ^metadata_csum -E root_owner=0:0,lazy_itable_init=1 \
    -d "$work/root" "$root"
  truncate -s "${disk_mib}M" "$disk"
  sfdisk -q "$disk" <<END
label: dos
start=${boot_at}MiB, size=${boot_mib}MiB, type=e, bootable
start=${root_at}MiB, size=${root_mib}MiB, type=83
END
  dd if="$mbr" of="$disk" bs=440 count=1 conv=notrunc status=none
  dd if="$boot" of="$disk" bs=1M seek="$boot_at" conv=notrunc,sparse status=none
  dd if="$root" of="$disk" bs=1M seek="$root_at" conv=notrunc,sparse status=none
  syslinux --install -t "$((boot_at << 20))" "$disk"
}

# make_boot_partition WORK HERE OUT. The file system records where it lies on the disk (-h, sectors):
# the boot loader finds itself by that.
make_boot_partition() {
  local work=$1 here=$2 out=$3
  mkfs.fat -C -F 16 -h "$((boot_at * 2048))" -n VIRGABOOT "$out" "$((boot_mib * 1024))" >/dev/null
  mcopy -i "$out" "$here/boot/syslinux.cfg" ::syslinux.cfg
  mcopy -i "$out" "$work"/packages/boot/vmlinuz-* ::vmlinuz
  mcopy -i "$out" "$work/initramfs.cpio" ::initramfs
}
