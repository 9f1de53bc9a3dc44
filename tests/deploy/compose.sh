#!/usr/bin/env bash
# Runs docker-compose.yml as its users do and sees that nothing is lost: images, first start, a study, a killed worker, more workers, a new start.
#   compose.sh           needs a Docker engine (DOCKER_HOST) with BuildKit and Compose 2.20 or later
#   compose.sh --own     starts an engine of its own and makes stand-ins for the images that would be pulled (needs root, docker.io, debootstrap)
# Each line is one check. The exit status is 0 when all hold.
set -uo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."

work=$(mktemp -d)
export COMPOSE_PROJECT_NAME=lus-test-$$ LUS_VIDEOS=$work/videos LUS_VERSION=0.0.0-test LUS_BUCKET=lung-test LUS_QUIET_PERIOD=3s DOCKER_BUILDKIT=1 COMPOSE_PROFILES=
failed=0 engine= network=(${LUS_BUILD_NETWORK:+--network "$LUS_BUILD_NETWORK"})

# Ports that nobody uses.
for name in POSTGRES RABBITMQ S3 WEB ORTHANC PROMETHEUS TRACES GRAFANA; do
  while port=$((RANDOM % 20000 + 20000)) && (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
  export "LUS_${name}_PORT=$port"
done

cleanup() {
  docker compose --profile orthanc down --volumes --timeout 20 >/dev/null 2>&1
  docker image rm "lus-pipeline:$LUS_VERSION" "lus-pipeline-setup:$LUS_VERSION" >/dev/null 2>&1
  [[ -z $engine ]] || { kill "$engine" && wait "$engine"; } 2>/dev/null
  rm -rf -- "$work"
}
trap cleanup EXIT

if [[ ${1:-} == --own ]]; then
  folder=${LUS_ENGINE:-/var/tmp/lus-engine}
  mkdir -p "$folder"
  echo '{}' >"$folder/daemon.json"
  /usr/sbin/dockerd --config-file "$folder/daemon.json" --data-root "$folder/data" --exec-root "$work/exec" -p "$work/docker.pid" \
    -H "unix://$work/docker.sock" --log-level warn >"$work/dockerd.log" 2>&1 &
  engine=$!
  export DOCKER_HOST=unix://$work/docker.sock
  for _ in {1..100}; do docker version >/dev/null 2>&1 && break; sleep 0.2; done
  tests/deploy/stand-ins.sh "$folder/roots" || exit 1
  # Name servers of the machine may be out of a container's reach.
  network=(--network host)
fi
docker version >/dev/null || exit 1
docker compose version || exit 1

# holds WHAT COMMAND…
holds() {
  local what=$1 output
  shift
  if output=$("$@" 2>&1); then
    printf 'holds: %s\n' "$what"
  else
    printf 'FAILED: %s\n%s\n' "$what" "$output" | tail -n 40
    failed=$((failed + 1))
    return 1
  fi
}
sql() { docker compose exec -T postgres psql -h /run/postgresql -U postgres -d lus -Atc "$1"; }
# in_bucket KEY: 1 when the object is there and has a diagnosis.
in_bucket() {
  docker compose run --rm -T --no-deps --entrypoint /bin/bash setup -c 'curl --silent --fail --aws-sigv4 aws:amz:us-east-1:s3 --header "x-amz-content-sha256: $(sha256sum </dev/null | cut -c1-64)" \
    --config <(printf "user = \"%s:%s\"\n" "$(</s3/keys/lus-operator.access)" "$(</s3/keys/lus-operator.secret)") "http://s3:9000/$BUCKET/$0"' "$1" 2>/dev/null |
    grep -q '"diagnosis"' && echo 1
}
reaches() {
  local _
  for _ in {1..120}; do
    [[ $("${@:2}") == "$1" ]] && return
    sleep 1
  done
  "${@:2}"
  return 1
}
build() { docker build -q "${network[@]}" -f deploy/docker/Dockerfile --target "$1" --build-arg COMMIT=test -t "$2:$LUS_VERSION" .; }
submit() { docker compose run --rm -T submit "$@"; }

holds 'the image cpu is built' build cpu lus-pipeline || exit 1
holds 'the image setup is built' build setup lus-pipeline-setup
small() { (($(docker image inspect -f '{{.Size}}' "lus-pipeline:$LUS_VERSION") <= 450000000)); }
holds 'the image cpu has at most 450 MB' small
no_shell() { ! docker run --rm --entrypoint /bin/sh "lus-pipeline:$LUS_VERSION" -c true; }
holds 'the image cpu has no shell' no_shell
mkdir -m 777 "$work/videos"
holds 'lus demo runs in a container that is read-only and has no network' docker run --rm --read-only --network none --cap-drop ALL -v "$work/videos:/out" -v /scratch \
  "lus-pipeline:$LUS_VERSION" demo --folder /out/demo --home /scratch/home
# The image's ffmpeg has what ffmpeg.sh lists and no more.
unzip -q -j tests/Shared/dicom.zip jpegls-rgb.dcm jpegls-planes.dcm jpegls-near.dcm jpeg-444.dcm jpeg-extended.dcm lossless-rgb.dcm j2k-rgb.dcm j2k-lossy.dcm rle.dcm rgb.dcm \
  video-h264.dcm video-hevc.dcm video-mpeg2.dcm -d "$work/videos/loops"
find "$work/videos/loops" -exec touch -d '1 hour ago' {} +
holds 'DICOM loops of every coding, JPEG-LS among them, are decoded by what the image has' docker run --rm --read-only --network none --cap-drop ALL -v "$work/videos:/out:ro" -v /scratch \
  "lus-pipeline:$LUS_VERSION" run /out/loops --home /scratch/home

start=$SECONDS
holds 'docker compose up --wait' docker compose up --wait --no-build
printf 'started in %d s\n' $((SECONDS - start))
wrong() {
  docker compose ps -aq | xargs docker inspect -f '{{.Name}} {{.Config.User}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.HostConfig.SecurityOpt}} {{.HostConfig.Privileged}}' |
    grep -vE ' [1-9][0-9]*:[1-9][0-9]* true \[ALL\] \[no-new-privileges:true\] false$'
}
safe() { ! wrong; }
holds 'every container has a numeric user, a read-only root, no capability and no new privileges' safe
no_password() {
  ! docker compose ps -aq | xargs docker inspect -f '{{.Config.Env}} {{.Args}}' | grep -F -f <(docker compose run --rm -T --no-deps --entrypoint /bin/bash setup -c 'cat /secrets/setup/*' | grep -oE '[0-9a-f]{48}')
}
holds 'no password is in the environment or on a command line of a container' no_password
for stage in ingest features sequence; do
  holds "lus doctor finds nothing wrong in the container $stage" docker compose exec -T "$stage" /app/lus doctor --stage "$stage"
done

holds 'a folder is submitted' submit demo/ --study demo --complete
holds 'its 8 videos become results' reaches 8 sql 'SELECT count(*) FROM predictions'
holds 'the result is in the bucket' reaches 1 in_bucket results/demo.json

# page STATUS [OPTION OF CURL…]: the newest studies, if they are answered so.
token() { docker compose run --rm -T --no-deps --entrypoint /bin/bash setup -c 'cat /secrets/setup/web-token'; }
page() {
  [[ $(curl --silent --output "$work/page" --write-out '%{http_code}' "${@:2}" "http://127.0.0.1:$LUS_WEB_PORT/") == "$1" ]] && cat -- "$work/page"
}
shown() { page 200 --config <(printf 'user = "x:%s"\n' "$(token)") | grep -q "href=\"/studies/$(sql "SELECT study_id FROM studies WHERE name = 'demo'")\""; }
named() { page 200 --config <(printf 'user = "x:%s"\n' "$(token)") | grep '>demo<'; }
nameless() { ! named; }
holds 'the pages want a token' page 401
holds 'the pages show the study' shown
holds 'and not its name' nameless
holds 'the pages take no change' page 405 --request POST --config <(printf 'user = "x:%s"\n' "$(token)")

holds 'three features workers' docker compose up --wait --no-build --no-recreate --scale features=3
for study in one two three four; do
  submit demo/ --study "$study" --complete >/dev/null 2>&1
done
killed() { docker kill --signal KILL "$(docker compose ps -q features | head -n 1)"; }
holds 'one of them is killed' killed
holds 'all 40 videos become results' reaches 40 sql 'SELECT count(*) FROM predictions'
holds 'no result came twice' reaches 0 sql 'SELECT count(*) - count(DISTINCT clip_id) FROM predictions'

# Every query of the dashboards gives series from the workers and the broker that run.
silent() {
  local expression query
  grep -rhoE '"expr": "([^"\\]|\\.)*"' deploy/grafana/dashboards | sed -E 's/^"expr": "//; s/"$//; s/\\"/"/g' | while IFS= read -r expression; do
    query=${expression//'$__rate_interval'/5m}
    curl --silent --get --data-urlencode "query=$query" "http://127.0.0.1:$LUS_PROMETHEUS_PORT/api/v1/query" |
      grep -qE '"status":"success".*"result":\[\{' || printf '%s\n' "$expression"
  done
}
holds 'Prometheus starts' docker compose up --wait --no-build --no-deps prometheus
holds 'every query of the dashboards to Prometheus gives series' reaches '' silent

submit demo/ --study last --complete >/dev/null 2>&1
holds 'docker compose down' docker compose down --timeout 40
holds 'docker compose up --wait, again' docker compose up --wait --no-build
holds 'what was there is there, and what was under way is done' reaches 48 sql 'SELECT count(*) FROM predictions'

# Workers take loops from a DICOM archive instead of the bucket. They look for old studies when they start.
holds 'the archive of the profile orthanc starts' docker compose --profile orthanc up --wait --no-build --no-deps orthanc
archive() { docker compose run --rm -T --no-deps --entrypoint /bin/bash setup -c 'cat /secrets/setup/archive'; }
stored() { curl --silent --fail --config <(printf 'user = "lus:%s"\n' "$(archive)") --data-binary "@$work/videos/loops/$1" "http://127.0.0.1:$LUS_ORTHANC_PORT/instances"; }
strangers() { [[ $(curl --silent --output /dev/null --write-out '%{http_code}' "http://127.0.0.1:$LUS_ORTHANC_PORT/dicom-web/studies") == 401 ]]; }
holds 'it knows no strangers' strangers
holds 'it takes a loop' stored jpegls-rgb.dcm
export LUS_BUCKET_KIND=DicomWeb LUS_ARCHIVE_URL=http://orthanc:8042/dicom-web
holds 'docker compose --profile orthanc up --wait' docker compose --profile orthanc up --wait --no-build
holds 'the loop becomes a result' reaches 49 sql 'SELECT count(*) FROM predictions'
holds 'of a study whose UID is hashed' reaches 1 sql "SELECT count(*) FROM studies WHERE name ~ '^dicom-[0-9a-f]{32}\$'"
holds 'the containers of the archive are as safe' safe
printf '%d failed\n' "$failed"
[[ $failed -eq 0 ]]
