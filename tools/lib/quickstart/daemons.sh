# SPDX-License-Identifier: Apache-2.0
# The daemons of the cloud: started once, restarted when their program or the configuration is newer.

# as_virga COMMAND...: without any privilege.
as_virga() {
  setpriv --reuid virga --regid virga --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all \
    env -i PATH=/usr/bin:/bin "$@"
}

# is_current NAME PID: it runs the program and the configuration that are there now.
is_current() {
  [[ /proc/$2/exe -ef $bin/$1 && ! $config -nt $run/$1.pid ]]
}

# stop_processes PID...: asks, waits 10 s, then kills. Success when they are gone.
stop_processes() {
  local signal
  (($# > 0)) || return 0
  for signal in TERM KILL; do
    kill -s "$signal" "$@" 2>/dev/null || true
    wait_until 10 all_gone "$@" && return
  done
}

all_gone() {
  local pid state
  for pid in "$@"; do
    # A zombie whose parent sleeps is gone as far as we are concerned.
    state=$(sed -n 's/^State:\s*\(.\).*/\1/p' "/proc/$pid/status" 2>/dev/null) || true
    [[ ! $state || $state == Z ]] || return 1
  done
}

# start_daemon NAME COMMAND...: in the background, apart from this terminal, with its output in its log. A
# scope of its own keeps systemd from ending it with the session.
start_daemon() {
  local name=$1 apart=(setsid)
  shift
  ! has_systemd || apart+=(systemd-run --scope --quiet --collect --slice system.slice --)
  mkdir -p "$run"
  (cd / && exec "${apart[@]}" "$@" >>"$logs/$name.log" 2>&1 </dev/null 9<&-) &
  echo $! >"$run/$name.pid"
  disown
}

# ensure_daemon NAME COMMAND...
ensure_daemon() {
  local name=$1 pids
  pids=$(pids_of "$bin/$name")
  [[ $pids ]] && is_current "$name" "$pids" && return
  # shellcheck disable=SC2086
  stop_processes $pids || fail "$name (pid $pids) does not end"
  start_daemon "$@"
}

# ready_or_dead NAME COMMAND...: polled: success when the command succeeds or the daemon has died.
ready_or_dead() {
  local name=$1
  shift
  "$@" || [[ ! -d /proc/$(<"$run/$name.pid") ]]
}

# wait_for NAME COMMAND...: until the command succeeds; shows the log when it does not.
wait_for() {
  local name=$1
  wait_until 60 ready_or_dead "$@" || true
  shift
  "$@" && return
  tail -n 15 "$logs/$name.log" >&2
  fail "$name does not become ready; see $logs/$name.log"
}

api_answers() {
  curl --silent --fail --max-time 2 --output /dev/null "$api_url/identity/v3"
}

ensure_control_plane() {
  bootstrap
  ensure_daemon virgad setpriv --reuid virga --regid virga --clear-groups --no-new-privs \
    --bounding-set=-all --inh-caps=-all env -i PATH=/usr/bin:/bin "$bin/virgad" --config "$config" serve
  wait_for virgad api_answers
}

# Makes the database with the stored password; done once, so that a later change of it stays.
bootstrap() {
  [[ ! -f $own/bootstrapped || ! -f $state/control/virga.db ]] || return 0
  install -m 0400 -o virga -g virga <(stored_password) "$run/password"
  as_virga "$bin/virgad" --config "$config" bootstrap --password-file "$run/password" >"$own/bootstrap.log" 2>&1 || {
    cat "$own/bootstrap.log" >&2
    fail "the control plane's database cannot be made"
  }
  rm -f "$run/password"
  touch "$own/bootstrapped"
}

ensure_agent() {
  [[ -f $state/agent/identity.json ]] || enrol_host
  ensure_daemon virga-agent env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin "$bin/virga-agent" --config "$config" run
  wait_for virga-agent host_is_up
}

enrol_host() {
  local token=$run/token
  install -m 0600 /dev/null "$token"
  as_virga "$bin/virgad" --config "$config" enrol-host "$(uname -n)" >"$token"
  "$bin/virga-agent" --config "$config" enrol --token-file "$token" >>"$logs/virga-agent.log" 2>&1 || {
    tail -n 5 "$logs/virga-agent.log" >&2
    fail "this machine cannot be enrolled as a host"
  }
  rm -f "$token"
}

host_is_up() {
  local answer
  answer=$(api GET /compute/v2.1/os-hypervisors/detail) || return 1
  jq --exit-status 'any(.hypervisors[]; .state == "up" and .vcpus > 0)' <<<"$answer" >/dev/null
}
