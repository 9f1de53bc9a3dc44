#!/usr/bin/env bash
# Makes images under the names that deploy/docker/Dockerfile and docker-compose.yml ask for, out of Debian's packages and this machine's .NET:
# for machines that cannot pull images. They are for tests, and are not what those projects publish.
#   DOCKER_HOST=unix://… stand-ins.sh DIR      DIR keeps the root file systems for the next time
# Ubuntu, SDK and ASP.NET are Debian 12; PostgreSQL 17, RabbitMQ 4 and Ceph 18 come from Debian 13. Needs debootstrap, as root.
set -euo pipefail

here=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
[[ ${1:--} != -* ]] || {
  sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}" >&2
  exit 1
}
dir=$(realpath -m -- "$1")
mkdir -p "$dir"
dotnet=$(dirname -- "$(readlink -f -- "$(command -v dotnet)")")

# root NAME SUITE PACKAGE…: a root file system, once.
root() {
  local name=$1
  shift
  "$here/../debian-root.sh" "$dir/$name" "$@"
}

# import NAME FOLDER CHANGE…: one image of a folder.
import() {
  local name=$1 folder=$2 changes=()
  shift 2
  for change; do
    changes+=(--change "$change")
  done
  tar -C "$folder" --one-file-system --sort=name -c . | docker import "${changes[@]}" - "$name" >/dev/null
  printf '%s\n' "$name"
}

root ubuntu bookworm tzdata zlib1g libssl3 libstdc++6
import ubuntu:24.04 "$dir/ubuntu" 'CMD ["/bin/bash"]'

mkdir -p "$dir/sdk"
cp -a "$dotnet" "$dir/sdk/dotnet"
cat >"$dir/sdk/Dockerfile" <<'DOCKERFILE'
FROM ubuntu:24.04
COPY dotnet /usr/share/dotnet
RUN ln -s /usr/share/dotnet/dotnet /usr/bin/dotnet
ENV DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 NUGET_CERT_REVOCATION_MODE=offline DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
DOCKERFILE
DOCKER_BUILDKIT=1 docker build -q -t mcr.microsoft.com/dotnet/sdk:10.0-noble "$dir/sdk" >/dev/null
printf '%s\n' mcr.microsoft.com/dotnet/sdk:10.0-noble
rm -rf -- "$dir/sdk"

# As the chiselled image: no shell, no packages, only libraries and .NET.
rm -rf -- "$dir/aspnet"
mkdir -p "$dir/aspnet"/{etc/ssl/certs,usr/bin,usr/lib/x86_64-linux-gnu,usr/lib64,usr/share/dotnet/shared,tmp,proc,sys,dev}
chmod 1777 "$dir/aspnet/tmp"
ln -s usr/lib usr/lib64 usr/bin "$dir/aspnet/"
cp -L "$dir/ubuntu/etc/ssl/certs/ca-certificates.crt" "$dir/aspnet/etc/ssl/certs/"
cp -a "$dir/ubuntu/usr/share/zoneinfo" "$dir/aspnet/usr/share/"
cp -a "$dir"/ubuntu/usr/lib64/* "$dir/aspnet/usr/lib64/"
for library in ld-linux-x86-64 libc libm libdl libpthread librt libresolv libnss_dns libnss_files libgcc_s libstdc++ libssl libcrypto libz; do
  cp -a "$dir/ubuntu/usr/lib/x86_64-linux-gnu/$library".so* "$dir/aspnet/usr/lib/x86_64-linux-gnu/"
done
cp -a "$dotnet"/{dotnet,host} "$dir/aspnet/usr/share/dotnet/"
cp -a "$dotnet"/shared/Microsoft.{NETCore,AspNetCore}.App "$dir/aspnet/usr/share/dotnet/shared/"
import mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiselled "$dir/aspnet" \
  'ENV DOTNET_RUNNING_IN_CONTAINER=true DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=true PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' 'USER 1654'
docker tag mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiselled mcr.microsoft.com/dotnet/aspnet:10.0-noble

root servers trixie postgresql-17 rabbitmq-server radosgw ceph-mon ceph-osd ceph-common prometheus curl
import stand-in-servers "$dir/servers" 'CMD ["/bin/bash"]'

# server NAME, with the rest of its Dockerfile from stdin.
server() {
  { printf 'FROM stand-in-servers\n' && cat; } >"$dir/Dockerfile.server"
  DOCKER_BUILDKIT=1 docker build -q -t "$1" -f "$dir/Dockerfile.server" "$here/entrypoints" >/dev/null
  printf '%s\n' "$1"
}

# The numbers of users are those of the images that the projects publish.
server postgres:17.6 <<'DOCKERFILE'
RUN usermod -o -u 999 postgres && groupmod -o -g 999 postgres && rm -rf /var/lib/postgresql && install -d -o 999 -g 999 -m 1777 /var/lib/postgresql/data
COPY postgres.sh /entrypoint.sh
ENV PATH=/usr/lib/postgresql/17/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin PGDATA=/var/lib/postgresql/data
ENTRYPOINT ["/entrypoint.sh"]
DOCKERFILE

server rabbitmq:4.1-management <<'DOCKERFILE'
RUN usermod -o -u 999 rabbitmq && groupmod -o -g 999 rabbitmq && rm -rf /var/lib/rabbitmq && install -d -o 999 -g 999 /var/lib/rabbitmq && \
    echo '[rabbitmq_management,rabbitmq_prometheus].' >/etc/rabbitmq/enabled_plugins
COPY rabbitmq.sh /entrypoint.sh
ENV PATH=/usr/lib/rabbitmq/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/var/lib/rabbitmq
ENTRYPOINT ["/entrypoint.sh"]
DOCKERFILE

server quay.io/ceph/ceph:v19.2.3 <<'DOCKERFILE'
RUN usermod -o -u 167 ceph && groupmod -o -g 167 ceph && rm -rf /var/lib/ceph && install -d -o 167 -g 167 /var/lib/ceph
DOCKERFILE

server prom/prometheus:v3.5.0 <<'DOCKERFILE'
RUN install -d -o 65534 -g 65534 /prometheus
ENTRYPOINT ["/usr/bin/prometheus"]
DOCKERFILE

root archive trixie orthanc orthanc-dicomweb
import stand-in-archive "$dir/archive" 'CMD ["/bin/bash"]'
DOCKER_BUILDKIT=1 docker build -q -t orthancteam/orthanc:25.2.0 - >/dev/null <<'DOCKERFILE'
FROM stand-in-archive
RUN usermod -o -u 999 orthanc && groupmod -o -g 999 orthanc && rm -rf /var/lib/orthanc && install -d -o 999 -g 999 /var/lib/orthanc/db && \
    cp -rL /usr/share/orthanc/plugins /usr/share/orthanc/plugins-disabled
DOCKERFILE
printf '%s\n' orthancteam/orthanc:25.2.0
