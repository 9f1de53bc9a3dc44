#!/usr/bin/env bash
# Writes the software bill of materials of lus as CycloneDX JSON: its packages with versions, licences and sha512, ONNX Runtime and SQLite with
# their native libraries among them, and of this machine the .NET runtime and ffmpeg, which lus needs and does not bring.
#   sbom.sh [FILE]     lus.cdx.json where none is given
# It needs the .NET SDK, and the sources of packages for what is not restored yet.
set -euo pipefail

file=$(realpath -m -- "${1:-lus.cdx.json}")
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT

dotnet restore LusPipeline.sln --locked-mode --verbosity quiet
dotnet tool restore --verbosity quiet
version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)
dotnet CycloneDX src/LusPipeline.Cli/LusPipeline.Cli.csproj --exclude-dev --disable-package-restore \
  --set-name lus --set-version "$version" --output "$folder" --filename bom.json --output-format Json >"$folder/log" 2>&1 ||
  {
    cat -- "$folder/log" >&2
    exit 1
  }

# component TYPE NAME VERSION DESCRIPTION
component() {
  printf '    {"type": "%s", "bom-ref": "%s@%s", "name": "%s", "version": "%s", "description": "%s", "scope": "required"},\\n' \
    "$1" "$2" "$3" "$2" "$3" "$4"
}

runtime=$(dotnet --list-runtimes | sed -n 's/^Microsoft\.AspNetCore\.App \(10\.[^ ]*\) .*/\1/p' | tail -n 1)
more=$(component framework Microsoft.AspNetCore.App "${runtime:-10}" 'The .NET runtime of this machine')
if command -v ffmpeg >/dev/null; then
  more+=$(component application ffmpeg "$(ffmpeg -version | sed -n '1s/^ffmpeg version \([^ ]*\).*/\1/p')" 'Of this machine; started as a process')
fi
sed -i "0,/^  \"components\": \[/s||&\n$(sed 's/[&|]/\\&/g' <<<"$more")|" "$folder/bom.json"
mv -- "$folder/bom.json" "$file"
chmod 644 "$file"
printf '%s\n' "$file"
