#!/usr/bin/env bash
# Private servers for tests as plain processes on loopback: PostgreSQL, RabbitMQ with its management plugin, S3 (Ceph RGW in memory), and
# Orthanc with its DICOMweb plugin as an archive.
#   servers.sh install [SERVER...]       what is missing, by apt-get; no system service starts
#   servers.sh start DIR                 all but Orthanc; DIR/servers.env has their addresses
#   servers.sh stop DIR                  all that runs there, its data too
#   servers.sh start-one DIR SERVER      makes it, or brings it back at its old address, which is in DIR/SERVER.env
#   servers.sh stop-one DIR SERVER       in good order; its data stays
#   servers.sh kill-one DIR SERVER       at once (kill -9); what it had stored stays
#   servers.sh wipe-one DIR SERVER       it comes back empty at its old address
#   servers.sh standby DIR               makes an asynchronous standby of PostgreSQL
#   servers.sh hold-standby DIR          from now on it gets nothing
#   servers.sh fail-over DIR             PostgreSQL is killed and the standby takes over at its address with what it has
#   servers.sh join DIR NODE             makes a node of RabbitMQ's cluster (2 or 3), or brings it back
#   servers.sh kill-node DIR NODE        at once (kill -9)
#   servers.sh s3-user DIR NAME          a user of S3 without rights, of the keys NAMEaccess and NAMEsecret
# SERVER is postgres, rabbitmq, s3 or orthanc. With LUS_TEST_OWNER=PID, the servers of a new DIR stop when that process is gone.
set -euo pipefail

here=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
for part in processes install postgres rabbitmq s3 orthanc; do
  # shellcheck source=/dev/null
  . "$here/servers/$part.sh"
done
servers=(postgres rabbitmq s3 orthanc)

usage() {
  sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}" >&2
  exit 1
}

# each COMMAND SERVER...
each() {
  local server command=$1 pids=() failed=0
  for server in "${@:2}"; do
    "$command" "$server" &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do
    wait "$pid" || failed=1
  done
  return "$failed"
}

start() {
  ! "$1_runs" || return 0
  "$1_start" || {
    printf '%s did not start; its log:\n' "$1" >&2
    "$1_logs" | tail -n 30 >&2
    return 1
  }
}

stop() { "$1_stop"; }

# Ends everything at once: nothing of it is needed any more.
destroy() {
  [[ -d $dir/$1 ]] || return 0
  "$1_destroy"
  rm -rf -- "${dir:?}/$1" "$dir/$1.env"
}

prepare() {
  mkdir -p "$dir"
  chmod 755 "$dir" # PostgreSQL's own user must get through when we are root.
  exec 9>"$dir/lock"
  flock 9
  if [[ ! -f $dir/ports ]]; then
    reserve_ports >"$dir/ports"
    [[ -z ${LUS_TEST_OWNER:-} ]] || daemon /dev/null bash "$here/servers.sh" guard "$dir" "$LUS_TEST_OWNER" >/dev/null
  fi
  exec 9>&-
  read -r -a ports <"$dir/ports"
}

# Stops the servers once a process is gone, however it went.
guard() {
  while [[ -f $dir/ports && -d /proc/$1 ]]; do
    sleep 2
  done
  stop_all
}

stop_all() {
  [[ -f $dir/ports ]] || return 0
  read -r -a ports <"$dir/ports"
  each destroy "${servers[@]}"
  rm -f -- "$dir/servers.env" "$dir/ports" "$dir/lock"
  rmdir --ignore-fail-on-non-empty -- "$dir"
}

command=${1:-}
if [[ $command == install ]]; then
  shift
  [[ $# -gt 0 ]] || set -- "${servers[@]}"
  install_servers "$@"
  exit
fi
[[ $# -ge 2 ]] || usage
dir=$(realpath -m -- "$2")
server=${3:-}
[[ $command != *-one || " ${servers[*]} " == *" $server "* ]] || usage
case $command in
  start)
    prepare
    each start postgres rabbitmq s3 || {
      stop_all
      exit 1
    }
    cat "$dir/postgres.env" "$dir/rabbitmq.env" "$dir/s3.env" >"$dir/servers.env"
    ;;
  stop) stop_all ;;
  guard) guard "$3" ;;
  start-one)
    prepare
    start "$server"
    ;;
  stop-one)
    prepare
    stop "$server"
    ;;
  kill-one)
    prepare
    "${server}_kill"
    ;;
  wipe-one)
    prepare
    destroy "$server"
    start "$server"
    ;;
  standby | hold-standby | fail-over)
    prepare
    "postgres_${command//-/_}"
    ;;
  join)
    prepare
    rabbitmq_start_node "${3:?}"
    ;;
  kill-node)
    prepare
    rabbitmq_end_node "${3:?}" KILL
    ;;
  s3-user) CEPH_CONF=$dir/s3/ceph.conf s3_user "${3:?}" "$3access" "$3secret" ;;
  *) usage ;;
esac
