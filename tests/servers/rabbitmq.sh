# RabbitMQ in $dir/rabbitmq, with its own epmd and cookie. Nodes 2 and 3, in $dir/rabbitmq2 and $dir/rabbitmq3, join it as a cluster.
# With LUS_TEST_RABBITMQ_ROOT, a root file system of another Debian release, its programs run in there. Sourced by servers.sh.

rabbitmq_root=${LUS_TEST_RABBITMQ_ROOT:-}

# The folder of the newest version's programs.
rabbitmq_programs() { compgen -G "$rabbitmq_root/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin" | sort -V | tail -n 1; }

# The folder of node $1, and its ports: distribution, AMQP, management.
rabbitmq_place() {
  case $1 in
    1) home=$dir/rabbitmq node_ports=("${ports[@]:2:3}") ;;
    2) home=$dir/rabbitmq2 node_ports=("${ports[@]:8:3}") ;;
    3) home=$dir/rabbitmq3 node_ports=("${ports[@]:11:3}") ;;
    *) return 1 ;;
  esac
}

rabbitmq_environment() {
  export HOME=$dir/rabbitmq/home ERL_EPMD_PORT=${ports[1]} ERL_EPMD_ADDRESS=127.0.0.1
  export RABBITMQ_NODENAME=lus${node_ports[1]}@localhost RABBITMQ_NODE_IP_ADDRESS=127.0.0.1
  export RABBITMQ_NODE_PORT=${node_ports[1]} RABBITMQ_DIST_PORT=${node_ports[0]}
  export RABBITMQ_CONF_ENV_FILE=/dev/null RABBITMQ_CONFIG_FILE=$home/rabbitmq.conf
  export RABBITMQ_ENABLED_PLUGINS_FILE=$home/enabled_plugins RABBITMQ_GENERATED_CONFIG_DIR=$home/schema
  export RABBITMQ_MNESIA_BASE=$home/mnesia RABBITMQ_LOG_BASE=$home/log RABBITMQ_PID_FILE=$home/node.pid
  # Idle schedulers sleep instead of turning: tests have few cores.
  export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='+sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}'
}

rabbitmq_configure() {
  mkdir -p "$home"/{log,mnesia,schema} "$HOME"
  if [[ ! -f $HOME/.erlang.cookie ]]; then
    printf 'lus%s%s' "$RANDOM" "$RANDOM" >"$HOME/.erlang.cookie"
    chmod 400 "$HOME/.erlang.cookie"
  fi
  echo '[rabbitmq_management].' >"$home/enabled_plugins"
  cat >"$home/rabbitmq.conf" <<CONF
listeners.tcp.1 = 127.0.0.1:${node_ports[1]}
management.tcp.ip = 127.0.0.1
management.tcp.port = ${node_ports[2]}
disk_free_limit.absolute = 50MB
log.console = false
log.file.level = info
log.file = node.log
CONF
  [[ $1 -eq 1 ]] || cat >>"$home/rabbitmq.conf" <<CONF
cluster_formation.peer_discovery_backend = classic_config
cluster_formation.classic_config.nodes.1 = lus${ports[3]}@localhost
cluster_formation.classic_config.nodes.2 = $RABBITMQ_NODENAME
CONF
  # Version 3 waits up to a minute without this; version 4 does not know it.
  [[ $1 -eq 1 || $(rabbitmq_programs) != *rabbitmq_server-3.* ]] || cat >>"$home/rabbitmq.conf" <<CONF
cluster_formation.randomized_startup_delay_range.min = 0
cluster_formation.randomized_startup_delay_range.max = 0
CONF
  # Certificates that were put here ask for TLS, and for a certificate of the client.
  [[ $1 -ne 1 || ! -d $dir/rabbitmq-tls ]] || cat >>"$home/rabbitmq.conf" <<CONF
listeners.ssl.1 = 127.0.0.1:${ports[7]}
ssl_options.cacertfile = $dir/rabbitmq-tls/ca.pem
ssl_options.certfile = $dir/rabbitmq-tls/server.pem
ssl_options.keyfile = $dir/rabbitmq-tls/server.key
ssl_options.verify = verify_peer
ssl_options.fail_if_no_peer_cert = true
CONF
}

# rabbitmq_daemon LOG PROGRAM…: as daemon.
rabbitmq_daemon() {
  local log=$1
  shift
  [[ -z $rabbitmq_root ]] || set -- unshare --mount --map-root-user "$here/servers/in-root.sh" "$rabbitmq_root" "$dir" "$@"
  daemon "$log" "$@"
}

# rabbitmq_start_node NODE: makes it, or brings it back.
rabbitmq_start_node() (
  rabbitmq_place "$1"
  rabbitmq_environment
  [[ -f $home/rabbitmq.conf ]] || rabbitmq_configure "$1"
  cd "$home"
  epmd=$dir/rabbitmq/epmd.pid
  runs "$epmd" || rabbitmq_daemon "$home/log/epmd.log" epmd -port "${ports[1]}" -address 127.0.0.1 >"$epmd"
  until_true "$epmd" answers "${ports[1]}" || return 1
  rm -f log/node.log node.pid
  programs=$(rabbitmq_programs)
  rabbitmq_daemon "$home/log/start.log" "${programs#"$rabbitmq_root"}/rabbitmq-server" >"$home/start.pid"
  until_true "$home/start.pid" grep -qs 'Server startup complete' log/node.log
)

rabbitmq_start() {
  rabbitmq_start_node 1 || return 1
  {
    [[ ! -d $dir/rabbitmq-tls ]] || echo "LUS_TEST_RABBITMQ_TLS='amqps://guest:guest@127.0.0.1:${ports[7]}'"
    echo "LUS_TEST_RABBITMQ='amqp://guest:guest@127.0.0.1:${ports[3]}'"
    echo "LUS_TEST_RABBITMQ_MANAGEMENT='http://guest:guest@127.0.0.1:${ports[4]}'"
  } >"$dir/rabbitmq.env"
}

rabbitmq_runs() { runs "$dir/rabbitmq/node.pid"; }

rabbitmq_end_node() {
  local home node_ports
  rabbitmq_place "$1"
  end "$home/node.pid" "$2"
  end "$home/start.pid" TERM 50
}

rabbitmq_stop() { rabbitmq_end_node 1 TERM; }

rabbitmq_kill() { rabbitmq_end_node 1 KILL; }

rabbitmq_destroy() {
  local node
  for node in 1 2 3; do
    rabbitmq_end_node "$node" KILL
  done
  end "$dir/rabbitmq/epmd.pid" TERM 50
  rm -rf -- "$dir/rabbitmq2" "$dir/rabbitmq3"
}

rabbitmq_logs() { cat "$dir/rabbitmq"*/log/*.log; }
