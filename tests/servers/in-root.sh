#!/bin/sh
# Runs a program in another root file system, where it sees this machine's /proc and /dev and one more folder. It keeps the process's id and folder.
#   unshare --mount --map-root-user in-root.sh ROOT FOLDER PROGRAM…
set -eu
root=$1 shared=$2
shift 2
mkdir -p "$root$shared"
for folder in /proc /dev "$shared"; do
  mount --rbind "$folder" "$root$folder"
done
exec chroot "$root" env -C "$PWD" "$@"
