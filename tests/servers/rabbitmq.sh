# RabbitMQ in $dir/rabbitmq, with its own epmd and cookie. Sourced by servers.sh.

rabbitmq_environment() {
  local home=$dir/rabbitmq
  export HOME=$home/home ERL_EPMD_PORT=${ports[1]} ERL_EPMD_ADDRESS=127.0.0.1
  export RABBITMQ_NODENAME=lus${ports[3]}@localhost RABBITMQ_NODE_IP_ADDRESS=127.0.0.1
  export RABBITMQ_NODE_PORT=${ports[3]} RABBITMQ_DIST_PORT=${ports[2]}
  export RABBITMQ_CONF_ENV_FILE=/dev/null RABBITMQ_CONFIG_FILE=$home/rabbitmq.conf
  export RABBITMQ_ENABLED_PLUGINS_FILE=$home/enabled_plugins RABBITMQ_GENERATED_CONFIG_DIR=$home/schema
  export RABBITMQ_MNESIA_BASE=$home/mnesia RABBITMQ_LOG_BASE=$home/log RABBITMQ_PID_FILE=$home/node.pid
  # Idle schedulers sleep instead of turning: tests have few cores.
  export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='+sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}'
}

rabbitmq_configure() {
  local home=$dir/rabbitmq
  mkdir -p "$home"/{home,log,mnesia,schema}
  printf 'lus%s%s' "$RANDOM" "$RANDOM" >"$home/home/.erlang.cookie"
  chmod 400 "$home/home/.erlang.cookie"
  echo '[rabbitmq_management].' >"$home/enabled_plugins"
  cat >"$home/rabbitmq.conf" <<CONF
listeners.tcp.1 = 127.0.0.1:${ports[3]}
management.tcp.ip = 127.0.0.1
management.tcp.port = ${ports[4]}
disk_free_limit.absolute = 50MB
log.console = false
log.file.level = info
log.file = node.log
CONF
  # Certificates that were put here ask for TLS, and for a certificate of the client.
  [[ ! -d $dir/rabbitmq-tls ]] || cat >>"$home/rabbitmq.conf" <<CONF
listeners.ssl.1 = 127.0.0.1:${ports[7]}
ssl_options.cacertfile = $dir/rabbitmq-tls/ca.pem
ssl_options.certfile = $dir/rabbitmq-tls/server.pem
ssl_options.keyfile = $dir/rabbitmq-tls/server.key
ssl_options.verify = verify_peer
ssl_options.fail_if_no_peer_cert = true
CONF
}

rabbitmq_start() (
  home=$dir/rabbitmq
  rabbitmq_environment
  [[ -f $home/rabbitmq.conf ]] || rabbitmq_configure
  cd "$home"
  runs "$home/epmd.pid" || daemon "$home/log/epmd.log" epmd -port "${ports[1]}" -address 127.0.0.1 >"$home/epmd.pid"
  until_true "$home/epmd.pid" answers "${ports[1]}" || return 1
  rm -f log/node.log node.pid
  daemon "$home/log/start.log" "$(compgen -G '/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin' | sort -V | tail -n 1)/rabbitmq-server" >"$home/start.pid"
  until_true "$home/start.pid" grep -qs 'Server startup complete' log/node.log || return 1
  {
    [[ ! -d $dir/rabbitmq-tls ]] || echo "LUS_TEST_RABBITMQ_TLS='amqps://guest:guest@127.0.0.1:${ports[7]}'"
    echo "LUS_TEST_RABBITMQ='amqp://guest:guest@127.0.0.1:${ports[3]}'"
    echo "LUS_TEST_RABBITMQ_MANAGEMENT='http://guest:guest@127.0.0.1:${ports[4]}'"
  } >"$dir/rabbitmq.env"
)

rabbitmq_runs() { runs "$dir/rabbitmq/node.pid"; }

rabbitmq_stop() {
  end "$dir/rabbitmq/node.pid" TERM
  end "$dir/rabbitmq/start.pid" TERM 50
}

rabbitmq_kill() {
  end "$dir/rabbitmq/node.pid" KILL
  end "$dir/rabbitmq/start.pid" TERM 50
}

rabbitmq_destroy() {
  rabbitmq_kill
  end "$dir/rabbitmq/epmd.pid" TERM 50
}

rabbitmq_logs() { cat "$dir/rabbitmq/log/"*.log; }
