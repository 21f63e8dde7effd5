# SPDX-License-Identifier: Apache-2.0
# The cloud's API by curl and jq. Secrets go through pipes, never through arguments.

# log_in: gets a token for all later calls.
log_in() {
  local request
  request=$(jq --null-input --rawfile password <(stored_password) '{auth: {
      identity: {methods: ["password"], password: {user: {
        name: "admin", domain: {id: "default"}, password: ($password | rtrimstr("\n"))}}},
      scope: {project: {name: "admin", domain: {id: "default"}}}}}')
  curl --silent --show-error --fail --max-time 20 --output /dev/null --dump-header "$work/headers" \
    --header 'Content-Type: application/json' --data @- "$api_url/identity/v3/auth/tokens" <<<"$request" ||
    fail "the administrator cannot log in with the password in $openrc"
  sed -n 's/^x-subject-token: */X-Auth-Token: /Ip' "$work/headers" | tr -d '\r' >"$work/token"
}

# api METHOD PATH [JSON]: prints the answer's body; fails with the service's words.
api() {
  local code arguments=(--silent --show-error --max-time 60 --request "$1" --header "@$work/token")
  (($# < 3)) || arguments+=(--header 'Content-Type: application/json' --data "$3")
  code=$(curl "${arguments[@]}" --output "$work/answer" --write-out '%{http_code}' "$api_url$2") || return
  [[ $code == 2* ]] || fail "$1 $2 was answered with $code: $(head -c 500 "$work/answer")"
  cat "$work/answer"
}

# upload PATH FILE
upload() {
  local code
  code=$(curl --silent --show-error --max-time 600 --header "@$work/token" --header 'Expect:' \
    --header 'Content-Type: application/octet-stream' --upload-file "$2" --output "$work/answer" \
    --write-out '%{http_code}' "$api_url$1") || return
  [[ $code == 2* ]] || fail "PUT $1 was answered with $code: $(head -c 500 "$work/answer")"
}

# find_one PATH FILTER [NAME VALUE]...: the first thing in a list for which the jq filter is true.
find_one() {
  local path=$1 filter=$2 answer
  shift 2
  answer=$(api GET "$path") || return
  jq --compact-output "$@" "first(.[] | arrays | .[] | select($filter)) // empty" <<<"$answer"
}

# field FILTER: of the JSON on standard input.
field() {
  jq --raw-output "$1"
}
