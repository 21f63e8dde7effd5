# SPDX-License-Identifier: Apache-2.0
# Where everything of the quickstart lies, and what it remembers between its runs.

state=/var/lib/virga
config=/etc/virga/virga.yaml
openrc=/etc/virga/admin-openrc
clouds=/etc/virga/clouds.yaml
logs=/var/log/virga
run=/run/virga
bin=$state/bin
own=$state/quickstart                                # what the quickstart itself keeps
installed_packages=/var/lib/virga-quickstart.packages # outlives --down, for a later --down --packages
bridge=virga0
region=RegionOne

programs=(virgad virga-agent virga-metadata virga)
service_users=(virga virga-metadata)

# remember KEY VALUE / remembered KEY: settings of this cloud.
remember() {
  mkdir -p "$own"
  { grep -v "^$1=" "$own/settings" 2>/dev/null || true; echo "$1=$2"; } >"$own/settings.new"
  mv "$own/settings.new" "$own/settings"
}

remembered() {
  sed -n "s/^$1=//p" "$own/settings" 2>/dev/null || true
}

# note_made WHAT / was_made WHAT: changes of the machine that --down takes back. Noted before they happen.
note_made() {
  was_made "$1" || { mkdir -p "$own" && echo "$1" >>"$own/made"; }
}

was_made() {
  grep -qxF "$1" "$own/made" 2>/dev/null
}

load_settings() {
  api_port=$(remembered api_port)
  agent_port=$(remembered agent_port)
  prefix=$(remembered prefix)
  api_port=${api_port:-${VIRGA_API_PORT:-8774}}
  agent_port=${agent_port:-${VIRGA_AGENT_PORT:-8775}}
  api_url=http://127.0.0.1:$api_port
}

remember_settings() {
  remember api_port "$api_port"
  remember agent_port "$agent_port"
  remember prefix "$prefix"
  [[ -e /run/netns ]] || note_made netns-folder
}

# pids_of PROGRAM: processes that run this file, also when it was replaced meanwhile; those of containers
# and other mount namespaces do not count.
pids_of() {
  local folder
  # find complains about processes that end meanwhile.
  { find /proc/[0-9]*/exe -maxdepth 0 \( -lname "$1" -o -lname "$1 (deleted)" \) -printf '%h\n' 2>/dev/null || true; } |
    while read -r folder; do
      [[ ! $folder/ns/mnt -ef /proc/self/ns/mnt ]] || echo "${folder#/proc/}"
    done
}

# wait_until SECONDS COMMAND...: polls; fails when the time is over.
wait_until() {
  local end=$(($(now_ms) + $1 * 1000))
  shift
  until "$@"; do
    (($(now_ms) < end)) || return 1
    sleep 0.1
  done
}

has_systemd() {
  [[ -d /run/systemd/system ]]
}
