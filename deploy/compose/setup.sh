#!/usr/bin/env bash
# Sets up the servers of docker-compose.yml: roles of the database, users of the broker, the bucket and who may do what in it. Then it writes
# what each of the product's services needs to reach them into that service's volume. It may run again; docker compose up does that each time.
set -euo pipefail
umask 022

bucket=${BUCKET:?} endpoint=http://s3:9000
secret() { cat -- "/secrets/setup/$1"; }

# put FOLDER NAME VALUE: a whole file or none.
put() {
  printf '%s' "$3" >"/secrets/$1/$2.new"
  mv -- "/secrets/$1/$2.new" "/secrets/$1/$2"
}

echo 'roles of the database'
export PGHOST=postgres PGUSER=postgres PGDATABASE=lus PGPASSFILE=/tmp/pgpass
(umask 077 && printf 'postgres:5432:*:postgres:%s\n' "$(secret postgres)" >"$PGPASSFILE")
for role in migrator worker ingest features sequence operator dashboard web; do
  declare -x "${role^^}_PASSWORD=$(secret "database-$role")"
done
psql --quiet --no-psqlrc -f /deploy/sql/roles.sql

echo 'users of the broker'
for user in worker ingest features sequence operator events bucket; do
  declare -x "${user^^}_PASSWORD=$(secret "broker-$user")"
done
RABBITMQ_ADMIN=admin:$(secret rabbitmq) /deploy/rabbitmq/users.sh http://rabbitmq:15672 lus >/dev/null

echo 'the bucket'
key() { cat -- "/s3/keys/lus-$1"; }

# s3 METHOD PATH BODY, as the bucket's owner; no secret is an argument of a program.
s3() {
  curl --silent --show-error --fail-with-body --request "$1" --aws-sigv4 aws:amz:us-east-1:s3 \
    --header "x-amz-content-sha256: $(printf '%s' "$3" | sha256sum | cut -d ' ' -f 1)" \
    --config <(printf 'user = "%s:%s"\n' "$(key owner.access)" "$(key owner.secret)") --data-binary @- "$endpoint/$2" < <(printf '%s' "$3")
}

s3 PUT "$bucket" ''
arn=arn:aws:iam:::user
policy=$(/deploy/s3/policy.sh "$bucket" $arn/lus-ingest $arn/lus-features $arn/lus-sequence)
# Who submits puts videos below the watched prefixes and sees what is there. The operator also deletes the pipeline's own objects.
object="arn:aws:s3:::$bucket"
allow() { printf ',{"Effect":"Allow","Principal":{"AWS":["%s/lus-%s"]},"Action":[%s],"Resource":[%s]}' "$arn" "$1" "$2" "$3"; }
more=$(allow operator '"s3:ListBucket","s3:ListBucketMultipartUploads"' "\"$object\"")
more+=$(allow operator '"s3:PutObject","s3:GetObject","s3:AbortMultipartUpload"' "\"$object/incoming/*\",\"$object/urgent/*\"")
more+=$(allow operator '"s3:GetObject","s3:DeleteObject","s3:AbortMultipartUpload"' "\"$object/clips/*\",\"$object/features/*\",\"$object/results/*\"")
s3 PUT "$bucket?policy=" "${policy%]\}}$more]}"

echo 'secrets of the services'
connection() { printf 'Host=postgres;Database=lus;Username=lus_%s;Password=%s' "$1" "$(secret "database-$1")"; }
put migrate database "$(connection migrator)"
put dashboard password "$(secret database-dashboard)"
put web database "$(connection web)"
put web token "$(secret web-token)"
for reader in ingest operator; do
  put "$reader" archive "$(secret archive)"
  put "$reader" dicom-key "$(secret dicom-key)"
done
for stage in ingest features sequence operator; do
  put "$stage" database "$(connection "$stage")"
  put "$stage" broker "amqp://lus-$stage:$(secret "broker-$stage")@rabbitmq:5672/lus"
  put "$stage" access "$(key "$stage.access")"
  put "$stage" secret "$(key "$stage.secret")"
done
