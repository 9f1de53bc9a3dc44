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

postgres_destroy() { [[ ! -f $dir/postgres/data/postmaster.pid ]] || postgres_kill || true; }

postgres_logs() { cat "$dir/postgres/log"; }
