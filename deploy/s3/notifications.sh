#!/usr/bin/env bash
# Makes an S3 server tell a broker of uploads to a bucket, by the API that Ceph's gateway shares with SNS. May be run again.
#   AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=… PUSH_ENDPOINT=amqps://lus-bucket:…@broker.example:5671/lus notifications.sh https://s3.example BUCKET [PREFIX…]
# The keys are the bucket's owner's. EXCHANGE is lus.notifications, TOPIC lus and REGION us-east-1 where they are not given; every PREFIX,
# "incoming/ urgent/" where none is given, is a watched one. Ceph takes a password only by https. Needs curl 7.87 or later.
set -euo pipefail

[[ $# -ge 2 ]] || {
  sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}" >&2
  exit 1
}
: "${AWS_ACCESS_KEY_ID:?}" "${AWS_SECRET_ACCESS_KEY:?}" "${PUSH_ENDPOINT:?of the form amqps://user:password@host:port/vhost}"
endpoint=${1%/} bucket=$2 topic=${TOPIC:-lus} exchange=${EXCHANGE:-lus.notifications} region=${REGION:-us-east-1}
shift 2
[[ $# -gt 0 ]] || set -- incoming/ urgent/
[[ $bucket$topic$exchange =~ ^[A-Za-z0-9._-]+$ ]] || {
  echo 'BUCKET, TOPIC and EXCHANGE are letters, digits, ., - and _' >&2
  exit 1
}

# request SERVICE METHOD URL BODY; no secret is an argument of a program, which everybody on the machine could read.
request() {
  curl --silent --show-error --fail-with-body --request "$2" --aws-sigv4 "aws:amz:$region:$1" --header "x-amz-content-sha256: $(sha256 "$4")" \
    --config <(printf 'user = "%s:%s"\n' "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY") --data-binary @- "$3" < <(printf '%s' "$4")
}

sha256() { printf '%s' "$1" | sha256sum | cut -d ' ' -f 1; }

# Percent-encodes every byte that is not safe.
encoded() {
  local LC_ALL=C text=$1 index letter
  for ((index = 0; index < ${#text}; index++)); do
    letter=${text:index:1}
    case $letter in
      [A-Za-z0-9._~-]) printf '%s' "$letter" ;;
      *) printf '%%%02X' "'$letter" ;;
    esac
  done
}

xml() {
  local text=${1//&/&amp;}
  printf '%s' "${text//</&lt;}"
}

# Persistent: what cannot be told now is told later, and an upload does not wait for the broker.
attributes=("push-endpoint=$PUSH_ENDPOINT" "amqp-exchange=$exchange" amqp-ack-level=broker persistent=true)
[[ $PUSH_ENDPOINT != amqps://* ]] || attributes+=(verify-ssl=true)
body="Action=CreateTopic&Version=2010-03-31&Name=$topic" number=0
for attribute in "${attributes[@]}"; do
  number=$((number + 1))
  body+="&Attributes.entry.$number.key=${attribute%%=*}&Attributes.entry.$number.value=$(encoded "${attribute#*=}")"
done
answer=$(request sns POST "$endpoint/" "$body") || {
  printf '%s\n' "$answer" >&2
  exit 1
}
arn=$(sed -n 's/.*<TopicArn>\([^<]*\)<.*/\1/p' <<<"$answer")

body='<NotificationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">' number=0
for prefix in "$@"; do
  number=$((number + 1))
  body+="<TopicConfiguration><Id>lus-$number</Id><Topic>$arn</Topic><Event>s3:ObjectCreated:*</Event><Filter><S3Key><FilterRule>"
  body+="<Name>prefix</Name><Value>$(xml "$prefix")</Value></FilterRule></S3Key></Filter></TopicConfiguration>"
done
request s3 PUT "$endpoint/$bucket?notification=" "$body</NotificationConfiguration>"
echo "$arn"
