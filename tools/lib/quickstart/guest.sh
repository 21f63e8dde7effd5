# SPDX-License-Identifier: Apache-2.0
# The first server: made, started, reached by SSH.

server_name=first

find_server() {
  find_one /compute/v2.1/servers/detail ".name == \"$server_name\""
}

# Goes on with the server of an earlier run, unless that one is beyond hope.
ensure_server() {
  local server status
  server=$(find_server)
  server_id=$(field '.id // empty' <<<"$server")
  status=$(field '.status // empty' <<<"$server")
  case $status in
    '') create_server ;;
    ERROR)
      api DELETE "/compute/v2.1/servers/$server_id"
      wait_until 60 server_is_gone || fail "the failed server $server_id is not deleted"
      create_server
      ;;
    SHUTOFF) api POST "/compute/v2.1/servers/$server_id/action" '{"os-start": null}' >/dev/null ;;
  esac
  wait_until 120 server_is_settled || {
    grep -F "$server_id" "$logs/virga-agent.log" | tail -n 3 >&2 || true
    fail "server $server_id does not become active: its status is $status"
  }
  [[ $status == ACTIVE ]] || fail "server $server_id is in status $status: $fault"
}

server_is_gone() {
  [[ -z $(find_server) ]]
}

create_server() {
  rm -f "$own/known_hosts"
  server_id=$(api POST /compute/v2.1/servers '{"server": {"name": "'"$server_name"'",
    "imageRef": "'"$image_id"'", "flavorRef": "'"$flavor_id"'", "key_name": "'"$key_name"'",
    "networks": [{"uuid": "'"$network_id"'"}]}}' | field .server.id)
}

# Sets status, fault and address.
server_is_settled() {
  local answer
  answer=$(api GET "/compute/v2.1/servers/$server_id") || return 1
  status=$(field .server.status <<<"$answer")
  fault=$(field '.server.fault.message // "no reason given"' <<<"$answer")
  address=$(field 'first(.server.addresses[][] | .addr) // empty' <<<"$answer")
  [[ $status == ERROR || ($status == ACTIVE && $address) ]]
}

# The guest's host key is learnt at the first login and demanded from then on.
ssh_command() {
  echo ssh -i "$key" -o UserKnownHostsFile="$own/known_hosts" "root@$address"
}

# in_guest COMMAND
in_guest() {
  # shellcheck disable=SC2046
  timeout 20 $(ssh_command) -o BatchMode=yes -o StrictHostKeyChecking=accept-new -o ConnectTimeout=1 \
    -o LogLevel=ERROR "$1" </dev/null
}

guest_answers() {
  in_guest true 2>"$work/ssh"
}

wait_for_ssh() {
  wait_until 180 guest_answers && return
  cat "$work/ssh" >&2
  tail -n 15 "$state/console/$server_id.log" >&2 || true
  fail "the guest at $address does not answer SSH"
}

show_guest() {
  echo "root@$server_name:~# hostname; ip addr"
  in_guest 'hostname; ip addr'
}

show_summary() {
  cat <<END

The cloud runs, with the server '$server_name' in it. It took $(seconds $(($(now_ms) - begin))) s.
  SSH          $(ssh_command)
  API          $api_url/identity/v3
  openrc       $openrc
  clouds.yaml  $clouds (cloud: virga)
  virga        OS_CLIENT_CONFIG_FILE=$clouds $bin/virga server list
END
}
