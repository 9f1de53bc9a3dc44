# PostgreSQL in $dir/postgres. Sourced by servers.sh.

postgres_as() {
  local program=$1 programs
  shift
  programs=$(compgen -G '/usr/lib/postgresql/*/bin' | sort -V | tail -n 1)
  if [[ $EUID -eq 0 ]]; then
    # It refuses to run as root.
    setpriv --reuid=postgres --regid=postgres --init-groups env -C / "HOME=$dir/postgres" "$programs/$program" "$@"
  else
    "$programs/$program" "$@"
  fi
}

# Without fsync what is committed survives its processes, not the machine. LUS_TEST_POSTGRES_OPTIONS are further settings: -c name=value …
postgres_start() {
  local home=$dir/postgres
  if [[ ! -d $home/data ]]; then
    mkdir -p "$home"
    [[ $EUID -ne 0 ]] || chown postgres "$home"
    postgres_as initdb -D "$home/data" -U lus -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$dir/postgres.initdb" 2>&1 || {
      cat "$dir/postgres.initdb" >&2
      return 1
    }
    rm -f "$dir/postgres.initdb"
  fi
  postgres_as pg_ctl -D "$home/data" -l "$home/log" -w -t 300 start -o "-p ${ports[0]} -c listen_addresses=127.0.0.1 \
    -c unix_socket_directories= -c max_connections=200 -c shared_buffers=64MB -c fsync=off -c full_page_writes=off ${LUS_TEST_POSTGRES_OPTIONS:-}" >/dev/null </dev/null || return 1
  echo "LUS_TEST_POSTGRES='Host=127.0.0.1;Port=${ports[0]};Username=lus;Database=postgres'" >"$dir/postgres.env"
}

postgres_runs() { [[ -d $dir/postgres/data ]] && postgres_as pg_ctl -D "$dir/postgres/data" status >/dev/null; }

postgres_stop() { postgres_as pg_ctl -D "$dir/postgres/data" -m fast -w stop >/dev/null; }

# What kill -9 of every process of it does, and then it waits until they are gone: it recovers from its log at the next start.
postgres_kill() { postgres_as pg_ctl -D "$dir/postgres/data" -m immediate -w stop >/dev/null; }

postgres_destroy() {
  [[ ! -f $dir/postgres/standby/postmaster.pid ]] || postgres_hold_standby || true
  [[ ! -f $dir/postgres/data/postmaster.pid ]] || postgres_kill || true
}

postgres_logs() { cat "$dir/postgres/log"; }

# A standby in $dir/postgres/standby that follows without being waited for. It listens on a socket in a folder only: it is there for its data.
postgres_standby() {
  local home=$dir/postgres
  rm -rf -- "$home/standby"
  mkdir -p "$home/socket"
  [[ $EUID -ne 0 ]] || chown postgres "$home/socket"
  postgres_as pg_basebackup -h 127.0.0.1 -p "${ports[0]}" -U lus -D "$home/standby" --write-recovery-conf --wal-method=stream --checkpoint=fast --no-sync
  postgres_as pg_ctl -D "$home/standby" -l "$home/standby.log" -w -t 300 start -o "-p ${ports[0]} -c listen_addresses= -c unix_socket_directories=$home/socket \
    -c max_connections=200 -c shared_buffers=16MB -c fsync=off -c full_page_writes=off" >/dev/null </dev/null || return 1
  head -n 1 "$home/standby/postmaster.pid" >"$home/standby.pid"
  until_true "$home/standby.pid" postgres_streams
}

postgres_streams() {
  [[ $(postgres_as psql -h 127.0.0.1 -p "${ports[0]}" -U lus -d postgres -Atc "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'") -ge 1 ]]
}

# From now on the standby gets nothing.
postgres_hold_standby() { postgres_as pg_ctl -D "$dir/postgres/standby" -m fast -w stop >/dev/null; }

# The primary is killed and never comes back; the standby takes over at its address with what it has.
postgres_fail_over() {
  local home=$dir/postgres
  postgres_kill
  rm -rf -- "$home/data"
  mv -- "$home/standby" "$home/data"
  LUS_TEST_POSTGRES_OPTIONS="${LUS_TEST_POSTGRES_OPTIONS:-} -c primary_conninfo=" postgres_start
  postgres_as pg_ctl -D "$home/data" -w -t 300 promote >/dev/null
}
