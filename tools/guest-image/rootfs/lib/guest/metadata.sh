# SPDX-License-Identifier: Apache-2.0
# Where the guest learns who it is. find_metadata fills the folder $metadata with hostname, keys (one
# per line) and user_data, empty where there is none, and sets $found to configdrive, ec2 or none.
metadata=/run/metadata

find_metadata() {
  mkdir -p $metadata
  : > $metadata/keys
  : > $metadata/user_data
  if from_config_drive; then
    found=configdrive
  elif from_ec2; then
    found=ec2
  else
    found=none
  fi
}

from_config_drive() {
  device=$(findfs LABEL=config-2 2> /dev/null) || return 1
  mount -o ro "$device" /mnt || return 1
  latest=/mnt/openstack/latest
  # No JSON parser here: the fields are found by their shape.
  sed -n 's/.*"hostname" *: *"\([^"]*\)".*/\1/p' $latest/meta_data.json > $metadata/hostname
  sed 's#\\/#/#g' $latest/meta_data.json |
    grep -oE '(ssh|ecdsa|sk)-[a-z0-9@.-]+ [A-Za-z0-9+/=]+' | sort -u > $metadata/keys
  if [ -f $latest/user_data ]; then cp $latest/user_data $metadata; fi
  umount /mnt
}

# The address may take its time, and so may the service: until 30 s after the start.
from_ec2() {
  [ -e /sys/class/net/eth0 ] || return 1
  until get meta-data/hostname > $metadata/hostname; do
    read -r seconds _ < /proc/uptime
    if [ "${seconds%.*}" -ge 30 ]; then return 1; fi
    sleep 0.3
  done
  for key in $(get meta-data/public-keys/ | cut -d= -f1); do
    get "meta-data/public-keys/$key/openssh-key"
    echo
  done | grep . > $metadata/keys
  get user-data > $metadata/user_data
  return 0
}

# get PATH: the body on standard output. By nc, since the wget of busybox-static crashes.
get() {
  printf 'GET /latest/%s HTTP/1.0\r\nHost: 169.254.169.254\r\n\r\n' "$1" |
    timeout 5 nc 169.254.169.254 80 > $metadata/answer 2> /dev/null
  read -r _ status _ < $metadata/answer
  [ "$status" = 200 ] && sed '1,/^\r*$/d' $metadata/answer
}
