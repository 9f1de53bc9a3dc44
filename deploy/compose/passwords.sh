#!/usr/bin/env bash
# Makes the passwords of docker-compose.yml's servers, once, in the volumes below /secrets. A volume is mounted by those alone who use what is
# in it. Passwords that are there stay, so that servers, which keep them too, go on.
set -euo pipefail
umask 022

# password FILE
password() {
  [[ -s $1 ]] || {
    od -An -tx1 -N24 /dev/urandom | tr -d ' \n' >"$1.new"
    mv -- "$1.new" "$1"
  }
}

password /secrets/postgres/password
password /secrets/rabbitmq/password
for role in migrator worker ingest features sequence operator dashboard web; do
  password "/secrets/setup/database-$role"
done
for user in worker ingest features sequence operator events bucket; do
  password "/secrets/setup/broker-$user"
done
password /secrets/setup/web-token
password /secrets/setup/archive
password /secrets/setup/dicom-key
cp -- /secrets/postgres/password /secrets/setup/postgres
cp -- /secrets/rabbitmq/password /secrets/setup/rabbitmq
cat >/secrets/rabbitmq/lus.conf <<CONF
default_user = admin
default_pass = $(</secrets/rabbitmq/password)
log.console = true
log.console.level = warning
management.tcp.port = 15672
CONF
cat >/secrets/orthanc/orthanc.json <<CONF
{
  "Name": "LusPipeline's archive to try",
  "StorageDirectory": "/var/lib/orthanc/db",
  "IndexDirectory": "/var/lib/orthanc/db",
  "Plugins": ["/usr/share/orthanc/plugins-disabled/libOrthancDicomWeb.so"],
  "RemoteAccessAllowed": true,
  "AuthenticationEnabled": true,
  "RegisteredUsers": {"lus": "$(</secrets/setup/archive)"},
  "DicomServerEnabled": false,
  "DicomWeb": {"Enable": true, "Root": "/dicom-web/"}
}
CONF
