# Installs what the servers need. Sourced by servers.sh.

# missing_packages SERVER...: the programs that are missing, by their Debian packages.
missing_packages() {
  local server program
  for server in "$@"; do
    case $server in
      postgres) compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || echo postgresql ;;
      rabbitmq) compgen -G "$rabbitmq_root"'/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server' >/dev/null || echo rabbitmq-server ;;
      s3)
        for program in radosgw ceph-mon ceph-osd; do
          PATH=$PATH:/usr/sbin command -v "$program" >/dev/null || echo "$program"
        done
        ;;
      orthanc)
        PATH=$PATH:/usr/sbin command -v Orthanc >/dev/null || echo orthanc
        [[ -e $orthanc_dicomweb ]] || echo orthanc-dicomweb
        ;;
    esac
  done
}

# install_servers SERVER...
install_servers() {
  local packages apt policy=/usr/sbin/policy-rc.d
  mapfile -t packages < <(missing_packages "$@")
  [[ ${#packages[@]} -gt 0 ]] || return 0
  if [[ $EUID -ne 0 ]] || ! command -v apt-get >/dev/null; then
    printf 'missing, and only root can install them by apt-get: %s\n' "${packages[*]}" >&2
    return 1
  fi
  printf 'installing %s\n' "${packages[*]}"
  if [[ ! -e $policy ]]; then
    # Debian's packages start their services unless this says no.
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
  fi
  apt=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=600)
  "${apt[@]}" install --no-install-recommends "${packages[@]}" >/dev/null 2>&1 </dev/null ||
    { "${apt[@]}" update && "${apt[@]}" install --no-install-recommends "${packages[@]}"; } >/dev/null </dev/null
}
