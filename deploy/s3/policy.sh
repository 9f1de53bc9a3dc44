#!/usr/bin/env bash
# Prints a bucket policy that gives the workers their rights: a user for each stage, or one for all of them.
#   policy.sh [OPTION…] BUCKET INGEST FEATURES SEQUENCE   users of single stages
#   policy.sh [OPTION…] BUCKET WORKER                     a user of lus worker all, and of lus prune and lus delete
# Users are ARNs, such as arn:aws:iam:::user/lus-ingest (Ceph) or arn:aws:iam::123456789012:user/lus-ingest (AWS). --versioned: the bucket keeps
# versions (Bucket:Versioned). --work PREFIX/: Bucket:WorkPrefix. --watched PREFIX/, as often as there are: where videos arrive; without it
# incoming/ and urgent/. The bucket's owner sets what is printed, for example by
#   aws s3api put-bucket-policy --bucket BUCKET --policy "$(policy.sh …)"
set -euo pipefail

usage() {
  sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}" >&2
  exit 1
}

versioned='' work='' watched=()
while [[ ${1:-} == --* ]]; do
  case $1 in
    --versioned) versioned=yes ;;
    --work)
      work=${2:?}
      shift
      ;;
    --watched)
      watched+=("${2:?}")
      shift
      ;;
    *) usage ;;
  esac
  shift
done
[[ $# -eq 2 || $# -eq 4 ]] || usage
[[ ${#watched[@]} -gt 0 ]] || watched=(incoming/ urgent/)
bucket=$1
shift
for text in "$bucket" "$work" "${watched[@]}" "$@"; do
  [[ $text =~ ^[A-Za-z0-9._/:@+=,-]*$ ]] || {
    printf 'no name of a bucket, prefix or user: %s\n' "$text" >&2
    exit 1
  }
done

statements=()

# allow USER ACTIONS RESOURCES, where lists are divided by blanks; a resource is what follows the bucket's name.
allow() {
  local user=$1 actions resources='' resource
  printf -v actions '"s3:%s",' $2
  for resource in $3; do
    [[ $resource != / ]] || resource=''
    resources+="\"arn:aws:s3:::$bucket$resource\","
  done
  statements+=("{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":[\"$user\"]},\"Action\":[${actions%,}],\"Resource\":[${resources%,}]}")
}

read='GetObject' bucket_rights='ListBucket ListBucketMultipartUploads' own='GetObject PutObject DeleteObject AbortMultipartUpload' delete='DeleteObject'
if [[ $versioned ]]; then
  read+=' GetObjectVersion' bucket_rights+=' ListBucketVersions' delete+=' DeleteObjectVersion'
  own+=' GetObjectVersion DeleteObjectVersion'
fi
clips="/${work}clips/*" features="/${work}features/*" results="/${work}results/*"
set -f
for user in "$@"; do
  allow "$user" "$bucket_rights" /
done
if [[ $# -eq 1 ]]; then
  allow "$1" "$read" '/*'
  allow "$1" "$own" "$clips $features $results"
else
  allow "$1" "$read" "$(printf '/%s* ' "${watched[@]}")"
  allow "$1" "$own" "$clips"
  allow "$2" "$read $delete" "$clips"
  allow "$2" "$own" "$features"
  allow "$3" "$read" "$features"
  allow "$3" "$own" "$results"
  # The worker of the sequence stage deletes frames that nobody waits for, and uploads that were never finished.
  allow "$3" "$delete AbortMultipartUpload" "$clips"
  allow "$3" AbortMultipartUpload "$features"
fi
IFS=,
printf '{"Version":"2012-10-17","Statement":[%s]}\n' "${statements[*]}"
