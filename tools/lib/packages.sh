# SPDX-License-Identifier: Apache-2.0
# The one list of the Debian packages that Virga needs, and their installation. After common.sh.

packages_build=(
  g++ cmake ninja-build ccache mold pkg-config
  libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev
  libssl-dev libsqlite3-dev libyaml-cpp-dev libsodium-dev libpugixml-dev libspdlog-dev libfmt-dev
  libcli11-dev libnl-3-dev libnl-route-3-dev libnftables-dev libvirt-dev
  libgtest-dev libgmock-dev
)
packages_run=(
  libvirt-daemon libvirt-daemon-system libvirt-clients qemu-system-x86 qemu-utils
  dnsmasq-base genisoimage                                # what virga-agent runs
  curl jq iproute2 nftables openssh-client openssl passwd procps util-linux # what tools/quickstart runs
  e2fsprogs syslinux syslinux-common mtools dosfstools fdisk cpio kmod binutils # tools/guest-image
)
packages_test=(
  python3 python3-openstackclient python3-osc-placement python3-websocket clang-format git wrk
  sqlite3 xorriso
)
packages_conformance=(
  tempest python3-tempest python3-stestr python3-subunit python3-testtools python3-keystoneauth1
)
packages_fuzz=(clang libclang-rt-dev) # libFuzzer

# missing_packages NAME...: those that are not installed, one a line.
missing_packages() {
  local installed name
  installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null || true)
  for name in "$@"; do
    grep -qxF "installed $name" <<<"$installed" || echo "$name"
  done
}

# Asks nothing, starts no editor, waits for another apt. Configuration files stay as they are.
run_apt() {
  DEBIAN_FRONTEND=noninteractive DEBIAN_PRIORITY=critical APT_LISTCHANGES_FRONTEND=none \
    apt-get -y -qq -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 \
    -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@"
}

# The package index is fetched only when it is not there or names files that are gone.
install_now() {
  run_apt install --no-install-recommends "$@" || {
    run_apt update && run_apt install --no-install-recommends "$@"
  }
}

# ensure_packages NAME...: installs what is missing; says what it did in one line.
ensure_packages() {
  local missing log
  mapfile -t missing < <(missing_packages "$@")
  if ((${#missing[@]} == 0)); then
    echo "All $# packages are installed."
    return
  fi
  ((EUID == 0)) || fail "please become root to install: ${missing[*]}"
  log=$(mktemp /tmp/virga-apt.XXXXXX)
  quietly "$log" install_now "${missing[@]}" || return
  rm -f "$log"
  echo "Installed ${#missing[@]} of $# packages: ${missing[*]}"
}
