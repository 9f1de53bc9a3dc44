#!/usr/bin/env bash
# Compares the dashboards with the types of Grafana's own package, by the TypeScript compiler. Needs npm; packages come into .build/deploy/grafana.
#   check.sh [DASHBOARDS]
set -euo pipefail
here=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
dashboards=$(readlink -f -- "${1:-$here/../../../deploy/grafana/dashboards}")
packages=(@grafana/schema@13.2.3 typescript@7.0.2)

mkdir -p "$here/../../../.build/deploy/grafana"
cd -- "$here/../../../.build/deploy/grafana"
[[ "$(cat packages 2>/dev/null)" == "${packages[*]}" ]] || {
  npm install --silent --no-audit --no-fund --no-save --ignore-scripts "${packages[@]}"
  printf '%s' "${packages[*]}" >packages
}
node "$here/check.mjs" "$dashboards" dashboards.ts
node_modules/.bin/tsc --noEmit --strict --skipLibCheck --module esnext --moduleResolution bundler --target esnext dashboards.ts
