#!/usr/bin/env bash
# Asks the sources of packages for known vulnerabilities of all packages of the solution, transitive ones too. They have to be restored.
# Exit codes: 0 none is known; 1 some are, or the answer cannot be read; 3 the sources cannot be asked.
set -uo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

answer=$(mktemp) errors=$(mktemp)
trap 'rm -f -- "$answer" "$errors"' EXIT
timeout 300 dotnet list LusPipeline.sln package --vulnerable --include-transitive --format json >"$answer" 2>"$errors"
status=$?
if grep -q '"vulnerabilities"' "$answer"; then
  grep -B 4 -A 8 '"vulnerabilities"' "$answer"
  exit 1
fi
# An answer without findings counts only if it is whole: it names the sources that were asked and the projects, and tells of no problem.
if [[ $status -eq 0 ]] && grep -q '"projects"' "$answer" && grep -A 1 '"sources"' "$answer" | grep -q '://' && ! grep -q '"problems"' "$answer"; then
  exit 0
fi
cat -- "$answer" "$errors" | tail -n 20
# A source that is away is told by its code: NU1301 is one that does not load, NU1900 one that does not tell of vulnerabilities; 124 is no answer in time.
if [[ $status -eq 124 ]] || grep -qE 'NU1301|NU1900|Unable to load the service index' "$answer" "$errors"; then
  exit 3
fi
exit 1
