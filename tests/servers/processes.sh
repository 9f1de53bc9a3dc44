# Processes and ports. Sourced by servers.sh.

# Fifteen ports below those that the system gives to outgoing connections, so that a stopped server finds its own again. They begin
# where this process's number says, so that two runs at one moment do not meet.
reserve_ports() {
  local attempt first port
  for ((attempt = 0; attempt < 850; attempt++)); do
    first=$((20000 + ($$ + attempt) % 850 * 15))
    for ((port = first; port < first + 15; port++)); do
      answers "$port" && continue 2
    done
    seq -s ' ' "$first" $((first + 14))
    return
  done
  return 1
}

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# daemon LOG COMMAND...: runs it in a session of its own, away from our terminal and streams, and prints its process id.
daemon() {
  local log=$1
  shift
  setsid "$@" >>"$log" 2>&1 </dev/null 9>&- &
  echo $!
}

# lives PID: a process that ended counts as gone before its parent has noticed.
lives() {
  local facts
  { read -r facts <"/proc/$1/stat"; } 2>/dev/null && [[ ${facts##*) } != [ZX]* ]]
}

runs() { [[ -s $1 ]] && lives "$(<"$1")"; }

# end PIDFILE SIGNAL [TENTHS]: sends the signal and waits until the process is gone; after so many tenths of a second (default 600) by kill -9.
end() {
  local pid tenth
  runs "$1" || return 0
  pid=$(<"$1")
  kill -s "$2" "$pid" 2>/dev/null || true
  for ((tenth = 0; tenth < ${3:-600}; tenth++)); do
    lives "$pid" || break
    sleep 0.1
  done
  kill -s KILL "$pid" 2>/dev/null || true
  rm -f -- "$1"
}

# until_true PIDFILE COMMAND...: waits up to five minutes while the process lives.
until_true() {
  local pidfile=$1 tenth
  shift
  for ((tenth = 0; tenth < 3000; tenth++)); do
    if "$@"; then
      return
    fi
    runs "$pidfile" || return 1
    sleep 0.1
  done
  return 1
}
