# SPDX-License-Identifier: Apache-2.0
# What has to hold before the first change. Reads only /proc, /sys and files: on a fresh machine there is
# little else. Each problem is one line that says how to mend it.

problems=()
problem() {
  problems+=("$*")
}

preflight() {
  check_user
  load_settings
  check_system
  check_foreign
  check_port "$api_port" "the API" VIRGA_API_PORT
  check_port "$agent_port" "host agents" VIRGA_AGENT_PORT
  check_space
  check_memory
  check_kernel
  check_libvirtd
  choose_range
  ((${#problems[@]} == 0)) && return
  echo "Nothing was changed. Please mend first:" >&2
  printf '  - %s\n' "${problems[@]}" >&2
  exit 1
}

check_user() {
  ((EUID == 0)) || fail "this must run as root: it makes devices and a system user; try 'sudo tools/quickstart'"
}

check_system() {
  local system
  system=$(. /etc/os-release && echo "${ID-} ${VERSION_ID-}") || system="an unknown system"
  [[ $system == "debian 12" ]] ||
    problem "This is $system; only Debian 12 is supported: use a machine, container or VM with it."
  [[ $(uname -m) == x86_64 ]] ||
    problem "This machine is $(uname -m); only x86_64 is supported."
}

# Another installation must not be overwritten.
check_foreign() {
  [[ ! -d $own ]] || return 0
  local path
  for path in "$config" "$state"; do
    [[ ! -e $path ]] ||
      problem "$path is there, but not from this tool: another Virga? Move it away if it is not needed."
  done
  [[ ! -e /sys/class/net/$bridge ]] ||
    problem "The network device $bridge exists already: rename it or 'ip link delete $bridge'."
}

# listener_of PORT: the inode of a listening TCP socket; nothing when the port is free.
listener_of() {
  awk -v port="$(printf ':%04X' "$1")" \
    '$4 == "0A" && substr($2, length($2) - 4) == port { print $10; exit }' /proc/net/tcp /proc/net/tcp6 2>/dev/null
}

check_port() {
  local port=$1 inode folder
  if [[ ! $port =~ ^[1-9][0-9]{0,4}$ ]] || ((port > 65535)); then
    problem "'$port' is not a port: set $3 to a number from 1 to 65535."
    return 0
  fi
  inode=$(listener_of "$port")
  [[ $inode ]] || return 0
  [[ -z $(pids_of "$bin/virgad") ]] || return 0 # our own cloud
  folder=$(find /proc/[0-9]*/fd -maxdepth 1 -lname "socket:\[$inode\]" -printf '%h\n' -quit 2>/dev/null) || true
  folder=${folder%/fd}
  problem "Port $port, for $2, is in use by $(cat "$folder/comm" 2>/dev/null || echo "some process")" \
    "(pid ${folder##*/}): end it, or choose another port with $3=PORT."
}

# nearest FOLDER: the folder, or its first parent that is there.
nearest() {
  local folder=$1
  until [[ -d $folder ]]; do folder=$(dirname "$folder"); done
  echo "$folder"
}

check_space() {
  local folder free
  for folder in "$state" "$top/build"; do
    free=$(df --output=avail -BM "$(nearest "$folder")" | tail -n 1 | tr -dc 0-9)
    ((free >= 4096)) ||
      problem "$folder has $free MiB of free space, but needs 4096: free some or mount a larger disk there."
  done
}

check_memory() {
  local free
  free=$(($(sed -n 's/^MemAvailable: *\([0-9]*\) kB/\1/p' /proc/meminfo) / 1024))
  [[ -z $(pids_of "$bin/virgad") ]] || return 0
  ((free >= 1024)) || problem "There are $free MiB of free memory, but 1024 are needed: end some programs."
}

# Taps, bridges and namespaces: what unprivileged containers lack.
check_kernel() {
  local capabilities
  capabilities=$((16#$(sed -n 's/^CapEff:\s*//p' /proc/self/status)))
  ((capabilities & 1 << 12 && capabilities & 1 << 21)) ||
    problem "Root lacks CAP_NET_ADMIN or CAP_SYS_ADMIN here: use a VM, or start the container privileged."
  [[ -c /dev/net/tun ]] ||
    problem "/dev/net/tun is missing: 'modprobe tun', or give the container that device."
  [[ -w /proc/sys/net/ipv4/ip_forward ]] ||
    problem "/proc/sys/net cannot be written: use a VM, or start the container privileged."
}

check_libvirtd() {
  [[ ! -d /run/systemd/system || ! -L /etc/systemd/system/libvirtd.service ||
    $(readlink /etc/systemd/system/libvirtd.service) != /dev/null ]] ||
    problem "libvirtd is masked: 'systemctl unmask libvirtd.service'."
  local pids
  pids=$(pids_of /usr/sbin/libvirtd)
  [[ $pids ]] && type -P virsh >/dev/null || return 0
  libvirtd_answers || problem "libvirtd (pid ${pids//$'\n'/ }) runs, but does not answer: restart it."
}

# in_use A.B.C: whether a route other than the default one overlaps A.B.C.0/24.
in_use() {
  local a b c destination mask base
  IFS=. read -r a b c <<<"$1"
  base=$((c << 16 | b << 8 | a)) # /proc/net/route has addresses in the machine's byte order
  while read -r _ destination _ _ _ _ _ mask _; do
    destination=$((16#$destination)) mask=$((16#$mask))
    ((mask != 0)) || continue
    ((((destination ^ base) & mask & 0xffffff) != 0)) || return 0
  done < <(tail -n +2 /proc/net/route)
  return 1
}

choose_range() {
  [[ ! $prefix ]] || return 0 # chosen by an earlier run
  local candidate candidates=(172.24.77 10.77.77 192.168.177 172.30.177 10.177.77)
  for candidate in "${candidates[@]}"; do
    in_use "$candidate" || {
      prefix=$candidate
      return 0
    }
  done
  problem "Routes of this machine cover all address ranges that the guests could get (${candidates[*]})," \
    "each with .0/24: remove one."
}
