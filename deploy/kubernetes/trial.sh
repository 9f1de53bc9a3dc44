#!/usr/bin/env bash
# Servers to try the Helm chart with, and the Secrets that it refers to. Run again, it keeps the passwords. Needs kubectl and curl.
#   trial.sh            servers in the namespace lus-servers, Secrets in the namespace lus
#   trial.sh manifests  only prints what it would apply, with new passwords
set -euo pipefail
here=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
umask 077

# password NAME: that of the Secret trial, or a new one.
password() {
  local kept=
  [[ ${1:-} && ${from:-} ]] && kept=$(kubectl get secret trial --namespace lus-servers --ignore-not-found -o "go-template={{index .data \"$1\" | base64decode}}" 2>/dev/null || true)
  [[ $kept && $kept != *'<no value>'* ]] || kept=$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')
  printf '%s' "$kept"
}

# secret NAMESPACE NAME [KEY VALUE]…
secret() {
  printf -- '---\napiVersion: v1\nkind: Secret\nmetadata: {name: %s, namespace: %s}\nstringData:\n' "$2" "$1"
  shift 2
  while [[ $# -gt 0 ]]; do
    printf '  %s: |-\n' "$1"
    sed 's/^/    /' <<<"$2"
    shift 2
  done
}

names=(postgres rabbitmq migrator worker ingest features sequence operator dashboard events scaler bucket)
declare -A of
[[ ${1:-} == manifests ]] || from=cluster
for name in "${names[@]}"; do
  of[$name]=$(password "$name")
done

manifests() {
  local name stage level
  for name in lus:restricted lus-servers:baseline; do
    level=${name#*:}
    printf -- '---\napiVersion: v1\nkind: Namespace\nmetadata: {name: %s, labels: {pod-security.kubernetes.io/enforce: %s}}\n' "${name%:*}" "$level"
  done
  local kept=()
  for name in "${names[@]}"; do kept+=("$name" "${of[$name]}"); done
  secret lus-servers trial "${kept[@]}"
  secret lus-servers postgres password "${of[postgres]}"
  secret lus-servers rabbitmq rabbitmq.conf "default_user = admin
default_pass = ${of[rabbitmq]}"
  secret lus-servers s3 s3.json \
    "{\"identities\": [{\"name\": \"lus\", \"credentials\": [{\"accessKey\": \"lus\", \"secretKey\": \"${of[bucket]}\"}], \"actions\": [\"Admin\", \"Read\", \"Write\", \"List\", \"Tagging\"]}]}"
  secret lus lus-migrator database-connection-string "Host=postgres.lus-servers.svc;Database=lus;Username=lus_migrator;Password=${of[migrator]}"
  for stage in ingest features sequence; do
    secret lus "lus-$stage" \
      database-connection-string "Host=postgres.lus-servers.svc;Database=lus;Username=lus_$stage;Password=${of[$stage]}" \
      broker-uri "amqp://lus-$stage:${of[$stage]}@rabbitmq.lus-servers.svc:5672/lus" \
      bucket-access-key lus bucket-secret-key "${of[bucket]}"
  done
  secret lus lus-scaler \
    management-url "http://lus-scaler:${of[scaler]}@rabbitmq.lus-servers.svc:15672/lus" \
    database-connection "host=postgres.lus-servers.svc port=5432 user=lus_dashboard password=${of[dashboard]} dbname=lus sslmode=disable"
  printf -- '---\n'
  cat "$here/trial-servers.yaml"
}

if [[ ${1:-} == manifests ]]; then
  manifests
  exit
fi
manifests | kubectl apply -f -
for server in postgres rabbitmq s3; do
  kubectl rollout status "statefulset/$server" --namespace lus-servers --timeout 5m
done

# psql reads the passwords from its input: nobody can see them in the list of processes.
{
  for role in migrator worker ingest features sequence operator dashboard; do
    printf '\\setenv %s_PASSWORD %s\n' "${role^^}" "${of[$role]}"
  done
  cat "$here/../sql/roles.sql"
} | kubectl exec -i --namespace lus-servers postgres-0 -- psql -X -q -U postgres -d lus -f -

port=$(mktemp)
kubectl port-forward --namespace lus-servers rabbitmq-0 :15672 >"$port" &
trap 'kill %1; rm -f -- "$port"' EXIT
for _ in {1..50}; do
  [[ -s $port ]] && break
  sleep 0.2
done
RABBITMQ_ADMIN=admin:${of[rabbitmq]} WORKER_PASSWORD=${of[worker]} OPERATOR_PASSWORD=${of[operator]} EVENTS_PASSWORD=${of[events]} SCALER_PASSWORD=${of[scaler]} \
  INGEST_PASSWORD=${of[ingest]} FEATURES_PASSWORD=${of[features]} SEQUENCE_PASSWORD=${of[sequence]} \
  "$here/../rabbitmq/users.sh" "http://$(grep -om1 '127\.0\.0\.1:[0-9]*' "$port")"

kubectl exec -i --namespace lus-servers s3-0 -- weed shell <<<'s3.bucket.create -name lung' >/dev/null
echo 'The servers are ready, and so are the Secrets in the namespace lus.'
