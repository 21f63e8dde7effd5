# SPDX-License-Identifier: Apache-2.0
# say WORD...: a line on the console that tests wait for.
say() { echo "VIRGA-GUEST: $*" > /dev/console; }
# say_time WORD...: the same with the seconds since the kernel started.
say_time() {
  read -r seconds _ < /proc/uptime
  say "$* $seconds"
}
