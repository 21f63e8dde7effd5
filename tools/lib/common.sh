# SPDX-License-Identifier: Apache-2.0
# What all tools share. Sourced; sets `top`, the top of the repository.

top=$(dirname "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")")
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

# fail SENTENCE...: ends the tool with a sentence on the error stream.
fail() {
  echo "$(basename "$0"): $*" >&2
  exit 1
}

# The head comment of a tool is its manual.
print_usage() {
  sed -n '/^# SPDX/d; /^#!/d; /^#/!q; s/^# \{0,1\}//p' "$0"
}

# Milliseconds of a clock that never goes back.
now_ms() {
  local up
  read -r up _ </proc/uptime
  echo $((10#${up/./} * 10))
}

# seconds MILLISECONDS: "12.3".
seconds() {
  printf '%d.%d' $(($1 / 1000)) $(($1 % 1000 / 100))
}

# quietly LOG COMMAND...: runs the command with its output in LOG; shows the end of it on failure.
quietly() {
  local log=$1 status=0
  shift
  "$@" >"$log" 2>&1 </dev/null || status=$?
  ((status == 0)) && return
  tail -n 40 "$log" >&2
  echo "$(basename "$0"): '$*' failed with status $status; all of its output is in $log" >&2
  return "$status"
}
