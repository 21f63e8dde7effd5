# SPDX-License-Identifier: Apache-2.0
# What a first user needs in the cloud: image, flavors, key pair, network. Each is made unless it is there.

image_name=virga-guest
key_name=quickstart
key=$own/id_ed25519

ensure_image() {
  local image body
  image=$(find_one "/image/v2/images?name=$image_name" true)
  image_id=$(field '.id // empty' <<<"$image")
  [[ $(field '.status // empty' <<<"$image") != active ]] || return 0
  build_image
  # What an interrupted run left cannot be relied on.
  [[ ! $image_id ]] || api DELETE "/image/v2/images/$image_id"
  body='{"name": "'$image_name'", "disk_format": "qcow2", "container_format": "bare", "visibility": "public"}'
  image_id=$(api POST /image/v2/images "$body" | field .id)
  upload "/image/v2/images/$image_id/file" "$own/guest.qcow2"
}

# The builder needs apt's index, which images of containers lack and old machines have in an old form.
build_image() {
  [[ ! -f $own/guest.qcow2 ]] || return 0
  quietly "$own/image.log" "$top/tools/guest-image/build" "$own/guest.qcow2" 2>"$work/errors" && return
  quietly "$own/image.log" run_apt update || fail "apt-get update failed: is the network up?"
  quietly "$own/image.log" "$top/tools/guest-image/build" "$own/guest.qcow2"
}

# ensure_flavor NAME VCPUS MEMORY_MIB DISK_GIB
ensure_flavor() {
  local found
  # shellcheck disable=SC2016
  found=$(jq --arg name "$1" 'any(.flavors[]; .name == $name)' <<<"$flavors")
  [[ $found == false ]] || return 0
  api POST /compute/v2.1/flavors \
    '{"flavor": {"name": "'"$1"'", "vcpus": '"$2"', "ram": '"$3"', "disk": '"$4"'}}' >/dev/null
}

ensure_flavors() {
  flavors=$(api GET /compute/v2.1/flavors)
  ensure_flavor m1.tiny 1 256 1
  ensure_flavor m1.small 1 2048 20
  ensure_flavor m1.medium 2 4096 40
  flavor_id=$(find_one /compute/v2.1/flavors '.name == "m1.tiny"' | field .id)
}

ensure_key_pair() {
  local known
  [[ -f $key ]] || {
    rm -f "$key.new" "$key.new.pub"
    ssh-keygen -q -t ed25519 -N '' -C "virga-$key_name" -f "$key.new"
    mv "$key.new.pub" "$key.pub"
    mv "$key.new" "$key"
  }
  known=$(api GET /compute/v2.1/os-keypairs |
    jq --raw-output '.keypairs[].keypair | select(.name == "'$key_name'") | .public_key')
  [[ $known != "$(<"$key.pub")" ]] || return 0
  [[ ! $known ]] || api DELETE "/compute/v2.1/os-keypairs/$key_name"
  api POST /compute/v2.1/os-keypairs \
    "$(jq --null-input --rawfile key "$key.pub" \
      '{keypair: {name: "'$key_name'", public_key: ($key | rtrimstr("\n"))}}')" >/dev/null
}

ensure_network() {
  local network
  network=$(find_one /networking/v2.0/networks '."provider:physical_network" == "provider"')
  [[ $network ]] || network=$(api POST /networking/v2.0/networks '{"network": {"name": "provider", "shared": true,
    "provider:network_type": "flat", "provider:physical_network": "provider"}}' | jq .network)
  network_id=$(field .id <<<"$network")
  [[ ! $(find_one "/networking/v2.0/subnets?network_id=$network_id" true) ]] || return 0
  api POST /networking/v2.0/subnets '{"subnet": {"name": "provider-v4", "network_id": "'"$network_id"'",
    "ip_version": 4, "cidr": "'"$prefix"'.0/24", "gateway_ip": "'"$prefix"'.1",
    "allocation_pools": [{"start": "'"$prefix"'.10", "end": "'"$prefix"'.250"}]}}' >/dev/null
}
