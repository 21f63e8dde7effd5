# SPDX-License-Identifier: Apache-2.0
# Changes of the machine below the cloud: packages, programs, users, configuration, libvirtd.

all_installed() {
  dpkg-query -W -f='${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p' | sort -u
}

# Installs what is missing and keeps a list of all that came with it, also when it fails half-way.
install_packages() {
  local status=0
  libvirtd_answers || note_made libvirtd # the package may start it
  mkdir -p "$own"
  [[ -f $own/packages.before ]] || {
    all_installed >"$own/packages.before.new"
    mv "$own/packages.before.new" "$own/packages.before"
  }
  "$top/tools/deps" build run >"$own/packages.log" 9<&- || status=$?
  record_packages
  return "$status"
}

record_packages() {
  local new
  new=$(comm -13 "$own/packages.before" <(all_installed))
  [[ ! $new ]] || {
    sort -u "$installed_packages" - 2>/dev/null <<<"$new" >"$work/packages" || sort -u <<<"$new" >"$work/packages"
    cp "$work/packages" "$installed_packages.new"
    mv "$installed_packages.new" "$installed_packages"
  }
  rm -f "$own/packages.before"
}

# The programs run from a copy, so that a build does not touch what runs.
build_programs() {
  local name
  quietly "$own/build.log" "$top/tools/build" release "${programs[@]}"
  mkdir -p "$bin"
  for name in "${programs[@]}"; do
    cmp -s "$top/build/release/bin/$name" "$bin/$name" && continue
    install -m 0755 "$top/build/release/bin/$name" "$bin/$name.new"
    mv "$bin/$name.new" "$bin/$name"
  done
}

make_users() {
  local name
  for name in "${service_users[@]}"; do
    getent passwd "$name" >/dev/null && continue
    note_made "user $name"
    useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$name"
  done
}

# ensure_file PATH MODE OWNER COMMAND...: the output of the command, unless the file exists; never half of it.
ensure_file() {
  local path=$1 mode=$2 owner=$3
  shift 3
  [[ ! -e $path ]] || return 0
  install -m "$mode" -o "$owner" -g "$owner" /dev/null "$path.new"
  "$@" >"$path.new"
  mv "$path.new" "$path"
}

write_configuration() {
  install -d -m 0755 /etc/virga "$state" "$logs" "$run"
  install -d -m 0700 -o virga -g virga "$state/control"
  ensure_file "$logs/virgad.log" 0640 virga true
  ensure_file "$logs/virga-agent.log" 0640 root true
  ensure_file "$config" 0644 root print_configuration
  ensure_file "$openrc" 0600 root print_openrc
  ensure_file "$clouds" 0600 root print_clouds
}

print_configuration() {
  cat <<END
# Written by tools/quickstart, which keeps your changes and removes the file with --down.
region: $region
control:
  state_directory: $state/control
  log_file: $logs/virgad.log
api:
  address: 127.0.0.1
  port: $api_port
agent_link:
  address: 127.0.0.1
  port: $agent_port
agent:
  state_directory: $state
  control_plane: 127.0.0.1:$agent_port
  log_file: $logs/virga-agent.log
  virt_type: auto
  physical_networks:
    - name: provider
      bridge: $bridge
      create: true
      host_address: $prefix.1/24
END
}

# Makes up the administrator's password.
print_openrc() {
  cat <<END
# The administrator of this cloud: 'source $openrc', then 'openstack server list'.
export OS_AUTH_URL=$api_url/identity/v3
export OS_IDENTITY_API_VERSION=3
export OS_USERNAME=admin
export OS_PASSWORD=$(openssl rand -hex 16)
export OS_USER_DOMAIN_ID=default
export OS_PROJECT_NAME=admin
export OS_PROJECT_DOMAIN_ID=default
export OS_REGION_NAME=$region
END
}

print_clouds() {
  cat <<END
# OS_CLIENT_CONFIG_FILE=$clouds OS_CLOUD=virga openstack server list
clouds:
  virga:
    auth:
      auth_url: $api_url/identity/v3
      username: admin
      password: $(stored_password)
      user_domain_id: default
      project_name: admin
      project_domain_id: default
    identity_api_version: 3
    region_name: $region
END
}

stored_password() {
  sed -n 's/^export OS_PASSWORD=//p' "$openrc"
}

libvirtd_answers() {
  timeout 10 virsh --quiet --connect qemu:///system version >/dev/null 2>&1
}

# Where nothing gives /dev/kvm to its group (udev does), QEMU's user cannot open it, and libvirtd then
# probes QEMU anew, for seconds, at each start of a guest. The old mode is noted.
open_kvm() {
  [[ -c /dev/kvm ]] && getent group kvm >/dev/null || return 0
  [[ $(stat -c %G:%a /dev/kvm) != kvm:6[67]? ]] || return 0
  note_made "kvm $(stat -c %g:%a /dev/kvm)"
  chgrp kvm /dev/kvm
  chmod 0660 /dev/kvm
}

ensure_libvirtd() {
  open_kvm
  libvirtd_answers && return
  note_made libvirtd
  start_libvirtd || fail "libvirtd cannot be started; see its log: journalctl -u libvirtd, or run 'libvirtd' by hand"
  wait_until 60 libvirtd_answers || fail "libvirtd was started, but does not answer"
}

start_libvirtd() {
  if has_systemd; then
    systemctl start virtlogd.socket libvirtd.service
    return
  fi
  local name
  for name in virtlogd libvirtd; do
    [[ -z $(pids_of "/usr/sbin/$name") ]] || continue
    (cd / && "/usr/sbin/$name" -d 9<&-) || return
  done
}
