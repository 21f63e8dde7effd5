# SPDX-License-Identifier: Apache-2.0
# Takes everything back. Needs none of the parts to be there or to run: whatever is found is removed.

down() {
  ((EUID == 0)) || fail "this must run as root"
  step "daemons"
  stop_daemons
  step "servers"
  remove_domains
  step "network"
  remove_network
  step "libvirtd"
  stop_libvirtd
  close_kvm
  step "users and files"
  remove_users
  remove_files
  if [[ $purge ]]; then
    step "packages"
    purge_packages
  fi
  step "everything is removed"
}

stop_daemons() {
  local name pids
  for name in virga-agent virgad; do
    mapfile -t pids < <(pids_of "$bin/$name")
    stop_processes "${pids[@]}" || fail "$name (pid ${pids[*]}) does not end"
  done
}

# Ours are the domains whose disks lie in our folder.
our_domains() {
  local id
  virsh --quiet --connect qemu:///system list --all --uuid | while read -r id; do
    [[ $id ]] || continue
    ! virsh --quiet --connect qemu:///system dumpxml "$id" 2>/dev/null | grep -qF "'$state/instances/" || echo "$id"
  done
}

remove_domains() {
  local id name virsh=(virsh --quiet --connect qemu:///system)
  # Only definitions of ours, or running QEMUs, are worth starting a libvirtd.
  if grep -qsF "$state/instances/" /etc/libvirt/qemu/*.xml || [[ $(our_processes "$state/instances/") ]]; then
    libvirtd_answers || { note_made libvirtd && start_libvirtd && wait_until 30 libvirtd_answers; } || true
  fi
  if libvirtd_answers; then
    for id in $(our_domains); do
      name=$("${virsh[@]}" domname "$id") || continue
      "${virsh[@]}" destroy "$id" >/dev/null 2>&1 || true
      "${virsh[@]}" undefine "$id" --managed-save --snapshots-metadata --checkpoints-metadata >/dev/null 2>&1 || true
      rm -f "/var/log/libvirt/qemu/$name.log"*
    done
  fi
  # shellcheck disable=SC2046
  stop_processes $(our_processes "$state/instances/") || fail "a QEMU process does not end"
}

# our_processes TEXT: QEMUs, dnsmasqs and metadata servers with the text in their arguments. Those of
# containers and of tools/lab have the same paths and another process namespace.
our_processes() {
  local file
  { grep -laF -- "$1" /proc/[0-9]*/cmdline 2>/dev/null || true; } | while read -r file; do
    [[ ${file%/cmdline}/ns/pid -ef /proc/self/ns/pid ]] || continue
    case $(readlink "${file%/cmdline}/exe") in
      */qemu-system-* | */dnsmasq* | */virga-metadata*) basename "${file%/cmdline}" ;;
    esac
  done
}

# The agent knows best what it made; what it cannot remove any more is swept.
remove_network() {
  local agent=$bin/virga-agent
  [[ -x $agent ]] || agent=$top/build/release/bin/virga-agent
  if [[ -x $agent && -f $config ]]; then
    timeout 60 "$agent" --config "$config" uninstall >"$work/uninstall" 2>&1 || tail -n 3 "$work/uninstall" >&2
  fi
  # shellcheck disable=SC2046
  stop_processes $(our_processes "--pid-file=$run/network/") || fail "a DHCP or metadata server does not end"
  sweep_devices
}

sweep_devices() {
  local path alias
  type -P ip >/dev/null || return 0
  for path in /sys/class/net/*/ifalias; do
    alias=$(cat "$path" 2>/dev/null) || continue
    [[ $alias != virga:* ]] || ip link delete "$(basename "$(dirname "$path")")" 2>/dev/null || true
  done
  for path in /run/netns/virga-*; do
    [[ ! -e $path ]] || ip netns delete "$(basename "$path")" || true
  done
  ! type -P nft >/dev/null || nft delete table bridge virga 2>/dev/null || true
}

stop_libvirtd() {
  was_made libvirtd || return 0
  if libvirtd_answers && [[ $(virsh --quiet --connect qemu:///system list --uuid | tr -d '[:space:]') ]]; then
    echo "           libvirtd stays: other domains run in it"
  elif has_systemd; then
    systemctl stop libvirtd.service libvirtd{,-ro,-admin,-tcp,-tls}.socket \
      virtlogd.service virtlogd{,-admin}.socket 2>/dev/null || true
  else
    local pids
    mapfile -t pids < <(pids_of /usr/sbin/libvirtd; pids_of /usr/sbin/virtlogd)
    stop_processes "${pids[@]}" || fail "libvirtd (pid ${pids[*]}) does not end"
  fi
}

close_kvm() {
  local old
  old=$(sed -n 's/^kvm //p' "$own/made" 2>/dev/null | head -n 1) || true
  [[ $old && -c /dev/kvm ]] || return 0
  chgrp "${old%%:*}" /dev/kvm
  chmod "${old##*:}" /dev/kvm
}

remove_users() {
  local name
  for name in "${service_users[@]}"; do
    if was_made "user $name" && getent passwd "$name" >/dev/null; then userdel "$name"; fi
  done
}

remove_files() {
  local netns=
  ! was_made netns-folder || netns=made
  # The record of what was made goes last, so that an interrupted run can be repeated.
  rm -rf /etc/virga "$logs" "$run" /var/cache/virga
  find "$state" -mindepth 1 -maxdepth 1 ! -path "$own" -exec rm -rf {} + 2>/dev/null || true
  if [[ $netns && -d /run/netns && -z $(ls -A /run/netns) ]]; then
    umount /run/netns 2>/dev/null || true
    rmdir /run/netns || true
  fi
  rm -rf "$state"
}

# Purges exactly the packages of the list; when others need some of them by now, it says so and keeps all.
purge_packages() {
  local listed others
  [[ -s $installed_packages ]] || return 0
  mapfile -t listed < <(comm -12 <(sort "$installed_packages") <(all_installed))
  if ((${#listed[@]} > 0)); then
    others=$(apt-get --simulate purge "${listed[@]}" | sed -n 's/^\(Purg\|Remv\) \([^ ]*\).*/\2/p' |
      sort -u | comm -13 <(printf '%s\n' "${listed[@]}" | sort -u) -)
    [[ ! $others ]] || fail "these packages came later and need some of ours; remove them first: ${others//$'\n'/ }"
    quietly "$work/purge" run_apt purge "${listed[@]}"
  fi
  rm -f "$installed_packages"
}
