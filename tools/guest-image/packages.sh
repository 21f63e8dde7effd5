# SPDX-License-Identifier: Apache-2.0
# Debian packages as archives of files: downloaded into a cache and unpacked, never installed.

packages=(busybox-static dropbear-bin libc6 libcrypt1 libgmp10 libtomcrypt1 libtommath1 zlib1g)

# The package that linux-image-cloud-amd64 stands for at present.
kernel_package() {
  apt-cache depends --important linux-image-cloud-amd64 | sed -n 's/.*Depends: \(linux-image-.*\)/\1/p' | head -1
}

# fetch_packages CACHE INTO: unpacks all packages, downloads those that the cache lacks.
fetch_packages() {
  local cache=$1 into=$2 kernel file
  kernel=$(kernel_package)
  [[ -n $kernel ]] || fail "apt knows no linux-image-cloud-amd64; run apt-get update"
  mkdir -p "$cache" "$into"
  # Each line: 'URI' FILE SIZE HASH. Not in the cache, as apt leaves out what lies in its folder.
  (cd "$into" && apt-get -qq download --print-uris "$kernel" "${packages[@]}") >"$into.uris"
  while read -r _ file _; do
    [[ -f $cache/$file ]] || download "$cache" "$file"
    dpkg-deb -x "$cache/$file" "$into"
  done <"$into.uris"
}

# download CACHE FILE: a file is in the cache under its name only when it is whole.
download() {
  local cache=$1 file=$2 package=${2%%_*} part
  part=$(mktemp -d "$cache/part.XXXXXX")
  (cd "$part" && apt-get -qq -o APT::Sandbox::User=root download "$package") ||
    fail "cannot download $package; run apt-get update"
  mv "$part/$file" "$cache/$file"
  rmdir "$part"
}
