#!/usr/bin/env bash
# A receiver of Crier's webhooks in bash, openssl and jq. It reads one request from standard input and answers on
# standard output, so that systemd (Accept=yes), inetd or socat can start it for each connection:
#
#   WEBHOOK_SECRETS="whsec_…" STATE=./state socat TCP-LISTEN:9000,bind=127.0.0.1,reuseaddr,fork EXEC:./receiver.sh
#
# openssl is given the key as an argument, which others on the same machine can see while it runs.
set -euo pipefail
TOLERANCE=300 # seconds that a timestamp may be from now
MAX_BODY=$((10 << 20)) # bytes
STATE=${STATE:-./state} # what was received and applied is in files below it
mkdir -p "$STATE/seen" "$STATE/last"
body=$(mktemp) && trap 'rm -f "$body"' EXIT

answer() { # status, reason
  printf 'HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s' "$1" "${#2}" "$2"
}
refuse() { # status, reason
  echo "refused: $2" >>"$STATE/log"
  answer "$1" "$2"
  exit 0
}
hmac() { openssl dgst -sha256 -mac HMAC -macopt "hexkey:$1" -binary | base64 -w0; } # of standard input, with a key in hexadecimal
hex() { od -An -v -tx1 | tr -d ' \n'; }
digest() { printf %s "$1" | sha256sum | cut -d' ' -f1; } # a name for a file

# equal compares two texts in constant time: of both an HMAC with a random key is made, so that how far these agree
# says nothing of the texts.
salt=$(openssl rand -hex 32)
equal() { [[ $(printf %s "$1" | hmac "$salt") == "$(printf %s "$2" | hmac "$salt")" ]]; }

# verify checks the signature (Standard Webhooks 1.0, v1) of the exact bytes of the body, and the time that is signed with it.
verify() {
  [[ -n $id && $timestamp =~ ^[0-9]{1,12}$ ]] || refuse "401 Unauthorized" "no webhook-id or webhook-timestamp"
  local age=$(($(date +%s) - 10#$timestamp)) secret expected signature
  ((age <= TOLERANCE && age >= -TOLERANCE)) || refuse "401 Unauthorized" "the timestamp is not of now"
  for secret in $WEBHOOK_SECRETS; do # one, or during a rotation both
    secret=$(printf %s "${secret#whsec_}" | base64 -d | hex)
    expected=v1,$({ printf '%s.%s.' "$id" "$timestamp" && cat "$body"; } | hmac "$secret")
    for signature in "${signatures[@]}"; do
      if equal "$signature" "$expected"; then return; fi
    done
  done
  refuse "401 Unauthorized" "no signature fits"
}

# apply does the work, where the delivery is newer than what was applied of the same entity; an older one came late,
# and the newer one has shown a later state already. The lock lets one at a time do so.
apply() {
  local subject last event
  event=$(jq -r .event_name "$body")
  subject=$(jq -r '.payload.data.node.id // ""' "$body") # the document has to select it
  if [[ $event == ping ]]; then echo ping >>"$STATE/log" && return; fi
  last=$(cat "$STATE/last/$(digest "$subject")" 2>/dev/null || echo 0)
  if ((sequence <= last)); then echo "older $subject $sequence" >>"$STATE/log" && return; fi
  echo "applied $subject $sequence" >>"$STATE/log" # do your work here
  echo "$sequence" >"$STATE/last/$(digest "$subject")"
}

id='' timestamp='' sequence='' length='' signatures=()
read -r _ # the request line
while IFS= read -r line && line=${line%$'\r'} && [[ -n $line ]]; do
  name=${line%%:*} value=${line#*:} value=${value# }
  case ${name,,} in
    webhook-id) id=$value ;;
    webhook-timestamp) timestamp=$value ;;
    webhook-signature) read -ra signatures <<<"$value" ;;
    crier-sequence) sequence=$value ;;
    content-length) length=$value ;;
  esac
done
[[ $length =~ ^[0-9]{1,9}$ ]] && ((10#$length <= MAX_BODY)) || refuse "400 Bad Request" "no Content-Length, or too much"
head -c "$length" >"$body"
verify
[[ $sequence =~ ^-?[0-9]{1,18}$ ]] && jq -e .event_name "$body" >/dev/null 2>&1 || refuse "400 Bad Request" "no JSON, or no Crier-Sequence"

exec 9>"$STATE/lock" && flock 9
if [[ -e $STATE/seen/$(digest "$id") ]]; then
  echo "duplicate $id" >>"$STATE/log" # it was accepted before: say so again
else
  apply # it is quick here; where it is not, store the body, answer, and let another program do it
  : >"$STATE/seen/$(digest "$id")"
fi
answer "200 OK" ""
