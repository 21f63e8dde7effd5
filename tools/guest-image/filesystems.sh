# SPDX-License-Identifier: Apache-2.0
# The guest's files: the root file system and the initramfs that finds it.

libraries=(ld-linux-x86-64.so.2 libc.so.6 libcrypt.so.1 libgmp.so.10 libtomcrypt.so.1 libtommath.so.1
  libz.so.1)

# copy_modules PACKAGES LIST INTO [LOADED]: the kernel modules named in LIST and what they depend on,
# less those in the folder LOADED, and INTO/order, the order to load them in. Without debug
# information and signatures, which take longer to read and check than the code to load.
copy_modules() {
  local packages=$1 list=$2 into=$3 loaded=${4:-} version module path
  version=$(basename "$packages"/lib/modules/*)
  mkdir -p "$into"
  while read -r module; do
    modprobe -d "$packages" -S "$version" --show-depends "$module"
  done <"$list" | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' >"$into/paths"
  while read -r path; do
    [[ -z $loaded || ! -e $loaded/$(basename "$path") ]] || continue
    strip --strip-debug -o "$into/$(basename "$path")" "$path"
    basename "$path"
  done <"$into/paths" >"$into/order"
  rm "$into/paths"
}

# make_root PACKAGES HERE ROOT INITRAMFS: INITRAMFS is the tree that make_initramfs left.
make_root() {
  local packages=$1 here=$2 root=$3 initramfs=$4 applet library
  mkdir -p "$root"/{bin,dev,lib/x86_64-linux-gnu,lib64,mnt,proc,root/.ssh,run,sys,tmp,usr/bin,var/log,etc/dropbear}
  ln -s run "$root/var/run"
  cp -R "$here/rootfs/." "$root"
  cp "$packages/bin/busybox" "$root/bin"
  for applet in $("$root/bin/busybox" --list); do
    [[ $applet == busybox || -e $root/sbin/$applet ]] || ln -s busybox "$root/bin/$applet"
  done
  ln -s /bin/init "$root/sbin/init"
  cp "$packages"/usr/{sbin/dropbear,bin/dropbearkey} "$root/usr/bin"
  for library in "${libraries[@]}"; do
    cp -L "$(find "$packages" -name "$library" | head -1)" "$root/lib/x86_64-linux-gnu"
  done
  ln -s /lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 "$root/lib64"
  copy_modules "$packages" "$here/rootfs/etc/modules" "$root/lib/modules" "$initramfs/modules"
  chmod 700 "$root/root" "$root/root/.ssh"
}

# make_initramfs PACKAGES HERE TREE: leaves TREE and TREE.cpio.
make_initramfs() {
  local packages=$1 here=$2 tree=$3
  mkdir -p "$tree"/{bin,dev,proc,root}
  cp "$packages/bin/busybox" "$tree/bin"
  cp "$here/initramfs/init" "$tree"
  depmod -b "$packages" "$(basename "$packages"/lib/modules/*)"
  copy_modules "$packages" "$here/initramfs/modules" "$tree/modules"
  (cd "$tree" && find . | cpio --quiet -o -H newc -R 0:0) >"$tree.cpio"
}
