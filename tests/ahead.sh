#!/usr/bin/env bash
# Makes a copy of a built test project in which lus and its libraries are compiled to machine code, so that each lus process that a test
# starts takes half the processor time. Prints the copy's folder, or that of the build where the compiler cannot be had.
#   ahead.sh PROJECT
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

built=tests/$1/bin/Release/net10.0
copy=tests/$1/bin/Ahead
# By the hash of what was compiled: packages are compiled once, our own assemblies after each change.
compiled=.build/ahead
case $(uname -m) in
  x86_64) architecture=x64 ;;
  aarch64) architecture=arm64 ;;
esac

plain() {
  printf 'lus is not compiled ahead: %s\n' "$1" >&2
  printf '%s\n' "$built"
  exit
}

# Links count as changes too (-newercm), so the mark is made when all links are.
made=$copy/ahead.made
if [[ -f $made && $made -nt tests/ahead.sh && -z $(find "$built" -newercm "$made" -print -quit) ]]; then
  printf '%s\n' "$copy"
  exit
fi

packages=${NUGET_PACKAGES:-$(dotnet nuget locals global-packages --list | sed 's/^global-packages: //')}
compiler() { compgen -G "${packages%/}/microsoft.netcore.app.crossgen2.linux-$architecture/10.*/tools/crossgen2" | sort -V | tail -n 1; }
if [[ -z $(compiler) ]]; then
  # The SDK knows which compiler is its own; the launcher restores into the same folder.
  dotnet restore src/LusPipeline.Cli --locked-mode -p:PublishReadyToRun=true --artifacts-path=.build/artifacts >/dev/null 2>&1 </dev/null || true
fi
crossgen=$(compiler)
[[ $crossgen ]] || plain 'its compiler cannot be had'
runtime=$(dotnet --list-runtimes | sed -nE 's/^Microsoft\.NETCore\.App (10\.[0-9.]+) \[(.*)\]$/\2\/\1/p' | tail -n 1)
web=${runtime/Microsoft.NETCore.App/Microsoft.AspNetCore.App}

# The launcher's newest build has the same packages, compiled, unless they were changed since.
launched=$(ls -1dt .build/lus-*/ 2>/dev/null | head -n 1 || true)
[[ -z $launched || -z $(find src -name packages.lock.json -newer "$launched" -print -quit) ]] || launched=

# Compiles the assembly $2, whose hash is $1, unless it was.
compile() {
  local name=${2##*/}
  [[ ! -f $compiled/$1 ]] || return 0
  if [[ $launched && $name != lus.dll && $name != LusPipeline.* && -f $launched$name ]] && ! cmp -s -- "$2" "$launched$name"; then
    cp -- "$launched$name" "$compiled/$1.$$" && mv -- "$compiled/$1.$$" "$compiled/$1"
    return
  fi
  "$crossgen" "$2" -o "$compiled/$1.$$" -r "$built/*.dll" -r "$runtime/*.dll" -r "$web/*.dll" --targetos linux --targetarch "$architecture" -O >/dev/null &&
    mv -- "$compiled/$1.$$" "$compiled/$1"
}
export -f compile
export crossgen compiled built runtime web architecture launched

mkdir -p "$compiled"
hashes=$(grep -oE '[A-Za-z0-9_.]+\.dll"' "$built/lus.deps.json" | tr -d '"' | sort -u | while read -r name; do
  # Translations and libraries of other systems are named there too.
  [[ ! -f $built/$name ]] || sha256sum -- "$built/$name"
done)
printf '%s\n' "$hashes" | xargs -P "$(nproc)" -L 1 bash -c 'compile "$@"' compile || plain 'its compiler failed'

rm -rf -- "$copy.new"
cp -al -- "$built" "$copy.new"
while read -r hash assembly; do
  touch -- "$compiled/$hash"
  ln -f -- "$compiled/$hash" "$copy.new/${assembly##*/}"
done <<<"$hashes"
rm -rf -- "$copy"
mv -- "$copy.new" "$copy"
touch -- "$made"
find "$compiled" -type f -mtime +7 -delete
printf '%s\n' "$copy"
