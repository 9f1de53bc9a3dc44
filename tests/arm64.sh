#!/usr/bin/env bash
# Runs unit tests on an emulated arm64 machine with the kernel of Debian 12 (Linux 6.1). Needs root, and what it installs by apt-get: QEMU, debootstrap, cpio.
#   arm64.sh [OPTION…]     options of the test program: -class NAME, -method NAME …; without one: the tests of child processes and their sandbox
# The machine is some 20 times slower than this one, and has all its files in memory (6 GB).
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

[[ $# -gt 0 ]] || set -- -class '*.SandboxTests' -class '*.ChildProcessTests' -class '*.ResourceLimitsTests'
folder=.build/arm64
root=$folder/root
limit=${LUS_ARM64_SECONDS:-1800}
mkdir -p "$folder"

DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends qemu-system-arm debootstrap cpio >/dev/null

if [[ ! -f $folder/made ]]; then
  rm -rf -- "$root"
  debootstrap --arch=arm64 --foreign --variant=minbase --include=ffmpeg,iproute2,linux-image-arm64,strace bookworm "$root" http://deb.debian.org/debian >"$folder/debootstrap.log"
  # Packages are unpacked and not configured: that would need the other processor.
  for package in "$root"/var/cache/apt/archives/*.deb; do
    dpkg-deb -x "$package" "$root"
  done
  mv -- "$root"/boot/vmlinuz-* "$folder/kernel"
  cp -- "$root/usr/share/base-passwd/passwd.master" "$root/etc/passwd"
  cp -- "$root/usr/share/base-passwd/group.master" "$root/etc/group"
  rm -rf -- "$root"/boot/* "$root"/usr/lib/modules "$root"/var/cache/apt "$root"/debootstrap "$root"/usr/share/{doc,locale,man,fonts,icons,perl}
  touch "$folder/made"
fi

# The repository without what is built there. Tests look for its files where they were compiled.
repository=$root$PWD
program=tests/LusPipeline.UnitTests/bin/Release/net10.0
rm -rf -- "$repository"
mkdir -p "$repository/$program"
git ls-files -z | tar --create --null --files-from=- | tar --extract --directory="$repository"
# Outputs and locks of its own, as the other build has none of this processor.
dotnet publish tests/LusPipeline.UnitTests -c Release -r linux-arm64 --self-contained -clp:NoSummary -v quiet \
  -p:ArtifactsPath="$PWD/$folder/artifacts" -p:NuGetLockFilePath=obj/arm64.lock.json -p:RunAnalyzers=false -p:DebugType=none -o "$repository/$program"

# The first program of the machine.
printf '#!/bin/bash\ncd %q\noptions=(%s)\n' "$PWD/$program" "$(printf '%q ' "$@")" >"$root/init"
cat >>"$root/init" <<'EOF'
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 LD_LIBRARY_PATH=/usr/lib/aarch64-linux-gnu/blas:/usr/lib/aarch64-linux-gnu/lapack
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/shm
mount -t tmpfs shm /dev/shm
mount -t tmpfs tmp /tmp
ip link set lo up
printf '%s\n' "$(uname -srm)"
./LusPipeline.UnitTests -noColor -parallel none "${options[@]}"
printf 'the tests ended with %s\n' $?
sync
echo o >/proc/sysrq-trigger
sleep 60
EOF
chmod +x "$root/init"
(cd "$root" && find . | cpio --quiet -o -H newc) >"$folder/files.cpio"

# A processor without SVE: QEMU 7.2 emulates that one wrongly, and .NET uses it where it is.
timeout "$limit" qemu-system-aarch64 -M virt,gic-version=3 -cpu neoverse-n1 -smp 2 -m 6144 -accel tcg,thread=multi -nographic -no-reboot -nic none \
  -kernel "$folder/kernel" -initrd "$folder/files.cpio" -append 'console=ttyAMA0 rdinit=/init panic=-1 quiet mitigations=off' </dev/null | tee "$folder/log"
grep -q '^the tests ended with 0' "$folder/log"
