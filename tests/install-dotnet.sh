#!/usr/bin/env bash
# Installs the .NET SDK into a folder: the archive of one version, checked before it is unpacked. Nothing that comes from the network is run.
#   install-dotnet.sh FOLDER
# Version and sha512 are those of release-notes/10.0/10.0.12/release.json in Microsoft's repository dotnet/core.
set -euo pipefail

folder=${1:?install-dotnet.sh FOLDER}
version=10.0.401
case $(uname -m) in
  x86_64) architecture=x64 sha512=51c8b999af9e8dd9998c9edc5944e19a90788862068acd38694e098889054ce8c23d4f0c5cccfa16bf187d044562359e5ee69a9f8ad0bbe913ba90311fbce25b ;;
  aarch64) architecture=arm64 sha512=58ace73ced6b4360754689a686bdfb8a317f4da6cb8bb416dbc7d0ba9f47e43e3c09f5eb1f1a1cfaacbd10df9558da4882bf2a5e195d6ab56a02c1f9f76102ed ;;
  *)
    printf 'no SDK is known for %s: install the .NET 10 SDK\n' "$(uname -m)" >&2
    exit 1
    ;;
esac
archive=$(mktemp)
trap 'rm -f -- "$archive"' EXIT
curl --fail --silent --show-error --location --proto '=https' --output "$archive" \
  "https://builds.dotnet.microsoft.com/dotnet/Sdk/$version/dotnet-sdk-$version-linux-$architecture.tar.gz"
sha512sum --check --status <<<"$sha512  $archive" || {
  printf 'the archive of the SDK %s is not the one that Microsoft published: nothing is installed\n' "$version" >&2
  exit 1
}
mkdir -p "$folder"
tar -xzf "$archive" -C "$folder"
