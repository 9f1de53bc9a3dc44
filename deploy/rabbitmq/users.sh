#!/usr/bin/env bash
# Virtual host and users for LusPipeline, by RabbitMQ's management API. Run again, it sets permissions and passwords anew.
#   RABBITMQ_ADMIN=user:password WORKER_PASSWORD=… OPERATOR_PASSWORD=… EVENTS_PASSWORD=… users.sh https://broker.example:15671 [VHOST [PREFIX]]
# VHOST and PREFIX, which is Broker:Prefix, are "lus" where they are not given. The users are PREFIX-worker, PREFIX-operator and PREFIX-events.
# With INGEST_PASSWORD=… FEATURES_PASSWORD=… SEQUENCE_PASSWORD=… also PREFIX-ingest, PREFIX-features and PREFIX-sequence, each for a worker of
# that stage alone; then leave PREFIX-worker out of the workers' settings.
# With SCALER_PASSWORD=… also PREFIX-scaler, who counts messages for KEDA.
# With BUCKET_PASSWORD=… also PREFIX-bucket, for an S3 server's notifications, and the exchange PREFIX.notifications for them.
set -euo pipefail

[[ $# -ge 1 ]] || {
  sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}" >&2
  exit 1
}
api=${1%/}/api vhost=${2:-lus} prefix=${3:-lus}
: "${RABBITMQ_ADMIN:?of the form user:password}" "${WORKER_PASSWORD:?}" "${OPERATOR_PASSWORD:?}" "${EVENTS_PASSWORD:?}"
[[ $vhost$prefix =~ ^[A-Za-z0-9_-]+$ ]] || {
  echo 'VHOST and PREFIX are letters, digits, - and _' >&2
  exit 1
}

# put PATH JSON; no secret is an argument of a program, which everybody on the machine could read.
put() {
  curl --silent --show-error --fail --output /dev/null --request PUT --header 'content-type: application/json' \
    --config <(printf 'user = "%s"\n' "$(quoted "$RABBITMQ_ADMIN")") --data @- "$api/$1" <<<"$2"
}

quoted() {
  local text=${1//\\/\\\\}
  printf '%s' "${text//\"/\\\"}"
}

# user NAME PASSWORD TAGS CONFIGURE WRITE READ
user() {
  put "users/$1" "{\"password\": \"$(quoted "$2")\", \"tags\": \"$3\"}"
  put "permissions/$vhost/$1" "{\"configure\": \"$(quoted "$4")\", \"write\": \"$(quoted "$5")\", \"read\": \"$(quoted "$6")\"}"
  echo "$1"
}

put "vhosts/$vhost" '{}'
all="^$prefix\\."
# Makes, fills and empties the pipeline's own queues and exchanges, and sees no other.
user "$prefix-worker" "$WORKER_PASSWORD" '' "$all" "$all" "$all"
# Sees how much waits, for lus status, and reads the dead letters in the management pages. It makes nothing and publishes nothing.
user "$prefix-operator" "$OPERATOR_PASSWORD" management '^$' '^$' "^$prefix\\.dead-letters$"
# Binds queues of its own, named PREFIX.events.SOMETHING, to the exchange PREFIX.events; it can publish nothing there.
own="^$prefix\\.events\\..+"
user "$prefix-events" "$EVENTS_PASSWORD" '' "$own" "$own" "^$prefix\\.events(\\..+)?$"
# A stage reads only its own queues. It publishes to those that its work goes on to, whose exchanges it has to be allowed to make; the worker
# of the sequence stage publishes again what was lost, to all of them. Only that one sends events.
named() { printf '^%s\\.(%s)$' "$prefix" "$1"; }
ingest='ingest(\.urgent)?' features='features(\.urgent)?' sequence='sequence(\.urgent)?'
[[ -z ${INGEST_PASSWORD:-} ]] || user "$prefix-ingest" "$INGEST_PASSWORD" '' "$(named "$ingest|$features|returned|notifications")" \
  "$(named "$ingest|$features|returned|notifications|dead-letters")" "$(named "$ingest|returned|notifications")"
[[ -z ${FEATURES_PASSWORD:-} ]] || user "$prefix-features" "$FEATURES_PASSWORD" '' "$(named "$features|$sequence|$ingest")" \
  "$(named "$features|$sequence|$ingest|returned|dead-letters")" "$(named "$features")"
[[ -z ${SEQUENCE_PASSWORD:-} ]] || user "$prefix-sequence" "$SEQUENCE_PASSWORD" '' "$(named "$ingest|$features|$sequence|dead-letters|events")" \
  "$(named "$ingest|$features|$sequence|returned|dead-letters|events")" "$(named "$sequence|dead-letters")"
# Sees how many messages each queue of the virtual host has, and nothing else.
[[ -z ${SCALER_PASSWORD:-} ]] || user "$prefix-scaler" "$SCALER_PASSWORD" management '^$' '^$' '^$'
[[ -n ${BUCKET_PASSWORD:-} ]] || exit 0
put "exchanges/$vhost/$prefix.notifications" '{"type": "topic", "durable": true}'
# Publishes notifications and nothing else; Ceph's gateway also makes a queue of its own for answers, which has a name of the broker's.
answers='^amq\.gen-'
user "$prefix-bucket" "$BUCKET_PASSWORD" '' "$answers" "^$prefix\\.notifications$" "$answers"
