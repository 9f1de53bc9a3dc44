# S3 in $dir/s3: a Ceph of one monitor, one store in memory and one RADOS gateway. The gateway is what stops and starts: the store keeps
# the data. Sourced by servers.sh.

s3_configure() {
  local home=$dir/s3
  mkdir -p "$home"/{mon,osd,rgw,run,log}
  cat >"$home/ceph.conf" <<CONF
[global]
fsid = $(</proc/sys/kernel/random/uuid)
mon host = v2:127.0.0.1:${ports[5]}
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind ipv6 = false
ms bind msgr1 = false
ms mon client mode = crc
auth cluster required = none
auth service required = none
auth client required = none
run dir = $home/run
admin socket = $home/run/\$type.\$id.\$pid.asok
crash dir = $home/log
log file = $home/log/\$type.\$id.log
log to stderr = false
err to stderr = false
heartbeat file =
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 1000
[mon]
mon data = $home/mon
mon data avail crit = 1
mon data avail warn = 1
mon cluster log file = $home/log/cluster.log
paxos propose interval = 0.05
paxos min wait = 0.01
mon osd initial require min compat client = luminous
[osd]
osd data = $home/osd
osd objectstore = memstore
memstore device bytes = 4294967296
osd op num shards = 2
osd op num threads per shard = 1
osd max object name len = 2048
osd class load list = *
osd class default list = *
[client]
keyring = /dev/null
[client.rgw]
rgw data = $home/rgw
rgw frontends = beast endpoint=127.0.0.1:${ports[6]}
rgw thread pool size = 32
rgw num rados handles = 1
rgw enable usage log = false
rgw gc max objs = 7
rgw enable quota threads = false
rgw dynamic resharding = false
rgw override bucket index max shards = 1
rgw data log num shards = 1
rgw md log max shards = 1
rgw lc max objs = 1
rgw usage max shards = 1
rgw trust forwarded https = true
rgw rados pool pg num min = 1
CONF
}

s3_store() {
  local home=$dir/s3 id
  id=$(</proc/sys/kernel/random/uuid)
  {
    monmaptool --create --clobber --addv a "[v2:127.0.0.1:${ports[5]}]" --fsid "$(sed -n 's/^fsid = //p' "$home/ceph.conf")" "$home/monmap" &&
      ceph-mon --mkfs -i a --monmap "$home/monmap" --mon-data "$home/mon"
  } >>"$home/log/make.log" 2>&1 || return 1
  daemon "$home/log/mon.log" ceph-mon -i a -f >"$home/mon.pid"
  /usr/bin/ceph --connect-timeout 30 osd new "$id" >>"$home/log/make.log" 2>&1 || return 1
  ceph-osd -i 0 --mkfs --osd-uuid "$id" >>"$home/log/make.log" 2>&1 || return 1
  daemon "$home/log/osd.log" ceph-osd -i 0 -f >"$home/osd.pid"
}

s3_user() {
  radosgw-admin -n client.rgw user create --uid "$1" --display-name "$1" --access-key "$2" --secret-key "$3" >>"$dir/s3/log/make.log" 2>&1
}

s3_start() (
  home=$dir/s3
  export CEPH_CONF=$home/ceph.conf PATH=$PATH:/usr/sbin
  first=
  if [[ ! -f $home/osd.pid ]]; then
    first=yes
    s3_configure
    s3_store || return 1
  fi
  daemon "$home/log/rgw.log" radosgw -n client.rgw -f >"$home/rgw.pid"
  until_true "$home/rgw.pid" answers "${ports[6]}" || return 1
  if [[ $first ]]; then
    s3_user lus lusaccess lussecret && s3_user worker workeraccess workersecret || return 1
  fi
  {
    echo "LUS_TEST_S3='http://127.0.0.1:${ports[6]}'"
    echo "LUS_TEST_S3_ACCESS_KEY='lusaccess'"
    echo "LUS_TEST_S3_SECRET_KEY='lussecret'"
    # A user without any rights of its own.
    echo "LUS_TEST_S3_WORKER='worker'"
    echo "LUS_TEST_S3_WORKER_ACCESS_KEY='workeraccess'"
    echo "LUS_TEST_S3_WORKER_SECRET_KEY='workersecret'"
  } >"$dir/s3.env"
)

s3_runs() { runs "$dir/s3/rgw.pid"; }

s3_stop() { end "$dir/s3/rgw.pid" TERM 100; }

s3_kill() { end "$dir/s3/rgw.pid" KILL; }

s3_destroy() {
  local part
  for part in rgw osd mon; do
    end "$dir/s3/$part.pid" KILL
  done
}

s3_logs() { tail -n 10 "$dir/s3/log/"*.log; }
