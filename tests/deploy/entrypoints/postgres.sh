#!/bin/bash
# What docker-compose.yml uses of the entrypoint of the image postgres: POSTGRES_PASSWORD_FILE, POSTGRES_DB, PGDATA.
set -eu
bin=/usr/lib/postgresql/17/bin
export PGDATA=${PGDATA:-/var/lib/postgresql/data}
if [[ ! -s $PGDATA/PG_VERSION ]]; then
  "$bin/initdb" --username=postgres --pwfile="$POSTGRES_PASSWORD_FILE" --auth-local=trust --auth-host=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 >/dev/null
  printf 'host all all all scram-sha-256\n' >>"$PGDATA/pg_hba.conf"
  printf "listen_addresses = '*'\n" >>"$PGDATA/postgresql.conf"
  "$bin/pg_ctl" -w -o "-c listen_addresses= -c unix_socket_directories=/tmp" start >/dev/null
  "$bin/createdb" -h /tmp -U postgres "$POSTGRES_DB"
  "$bin/pg_ctl" -w -m fast stop >/dev/null
fi
exec "$bin/postgres" -c unix_socket_directories=/run/postgresql
