#!/usr/bin/env bash
# A Ceph of one monitor, one store and one S3 gateway: the S3 server of docker-compose.yml. All of it is in /var/lib/ceph, which is a volume.
#   ceph.sh USER…     users of S3, whose keys Ceph makes: /var/lib/ceph/keys/USER.access and USER.secret
# The gateway listens on port 9000; the rest on the container's loopback alone. One machine, one copy of the data: where more is needed,
# take a Ceph cluster or a cloud's S3. CEPH_BYTES is the most that the store may hold; its file grows as it fills.
set -euo pipefail

home=/var/lib/ceph
export CEPH_CONF=$home/ceph.conf
umask 022
mkdir -p "$home"/{mon,osd,rgw,run,log,keys}
rm -f -- "$home"/run/*

configure() {
  cat >"$CEPH_CONF" <<CONF
[global]
fsid = $(</proc/sys/kernel/random/uuid)
mon host = v2:127.0.0.1:3300
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind ipv6 = false
ms bind msgr1 = false
ms mon client mode = crc
auth cluster required = none
auth service required = none
auth client required = none
run dir = $home/run
admin socket = $home/run/\$type.\$id.asok
crash dir = $home/log
log to file = false
log to stderr = true
mon cluster log to file = false
debug default = 0
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd pool default pgp num = 8
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 1000
[mon]
mon data = $home/mon
mon osd initial require min compat client = luminous
[osd]
osd data = $home/osd
osd objectstore = bluestore
bluestore block size = ${CEPH_BYTES:-107374182400}
osd memory target = 939524096
osd class load list = *
osd class default list = *
[client]
keyring = /dev/null
[client.rgw]
rgw data = $home/rgw
rgw frontends = beast port=9000
rgw enable usage log = false
rgw dynamic resharding = false
rgw trust forwarded https = true
CONF
}

make_store() {
  local store
  configure
  rm -rf -- "$home"/{mon,osd}
  mkdir -p "$home"/{mon,osd}
  monmaptool --create --clobber --addv a '[v2:127.0.0.1:3300]' --fsid "$(sed -n 's/^fsid = //p' "$CEPH_CONF")" "$home/monmap"
  ceph-mon --mkfs -i a --monmap "$home/monmap"
  ceph-mon -i a -f &
  store=$(</proc/sys/kernel/random/uuid)
  ceph --connect-timeout 60 osd new "$store" >/dev/null
  ceph-osd -i 0 --mkfs --osd-uuid "$store"
  touch "$home/made"
}

# The gateway goes first and the monitor last, so that nobody waits for somebody who is gone.
stop() {
  trap - TERM INT
  for process in "$gateway" "$store" "$monitor"; do
    kill -TERM "$process" 2>/dev/null || true
    wait "$process" || true
  done
  exit 0
}

if [[ -f $home/made ]]; then
  ceph-mon -i a -f &
else
  make_store
fi
monitor=$(jobs -p | head -n 1)
ceph-osd -i 0 -f &
store=$!
radosgw -n client.rgw -f &
gateway=$!
trap stop TERM INT

until (exec 3<>/dev/tcp/127.0.0.1/9000) 2>/dev/null; do
  kill -0 "$gateway" "$store" "$monitor" || exit 1
  sleep 0.2
done
field() { sed -n "s/.*\"$1\": \"\([^\"]*\)\".*/\1/p" <<<"$2" | head -n 1; }
for user; do
  [[ ! -f $home/keys/$user.secret ]] || continue
  made=$(radosgw-admin -n client.rgw user create --uid "$user" --display-name "$user" 2>/dev/null || radosgw-admin -n client.rgw user info --uid "$user")
  field access_key "$made" >"$home/keys/$user.access"
  field secret_key "$made" >"$home/keys/$user.new"
  mv -- "$home/keys/$user.new" "$home/keys/$user.secret"
done
touch "$home/run/ready"
# One that ends takes the container with it, and the engine starts it again.
wait -n "$monitor" "$store" "$gateway" || true
echo 'a part of Ceph ended' >&2
stop
