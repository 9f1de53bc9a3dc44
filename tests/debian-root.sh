#!/usr/bin/env bash
# Makes a root file system of a Debian release with packages in it, once: a folder that has them already is left as it is. Needs debootstrap, as root.
#   debian-root.sh FOLDER SUITE PACKAGE…     its log is FOLDER.log
set -euo pipefail

[[ $# -ge 3 ]] || {
  sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}" >&2
  exit 1
}
folder=$(realpath -m -- "$1") suite=$2
shift 2
[[ ! -f $folder.made ]] || exit 0
rm -rf -- "$folder"
mkdir -p "$(dirname -- "$folder")"
make() {
  debootstrap --variant=minbase --include=ca-certificates "$suite" "$folder" http://deb.debian.org/debian &&
    # The authorities that this machine trusts, its own among them.
    cp -L /etc/ssl/certs/ca-certificates.crt "$folder/etc/ssl/certs/ca-certificates.crt" &&
    cp /etc/resolv.conf "$folder/etc/resolv.conf" &&
    printf '127.0.0.1 localhost\n' >"$folder/etc/hosts" &&
    # Debian's packages start their services unless this says no.
    printf '#!/bin/sh\nexit 101\n' >"$folder/usr/sbin/policy-rc.d" &&
    chmod +x "$folder/usr/sbin/policy-rc.d" &&
    # A mirror may stand still for weeks.
    # shellcheck disable=SC2016
    chroot "$folder" sh -c 'apt-get -qq -o Acquire::Check-Valid-Until=false update && DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends "$@" && apt-get clean' sh "$@"
}
make "$@" >"$folder.log" 2>&1 </dev/null || {
  printf 'the root file system of %s was not made; the end of %s:\n' "$suite" "$folder.log" >&2
  tail -n 20 "$folder.log" >&2
  exit 1
}
touch "$folder.made"
