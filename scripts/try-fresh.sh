#!/bin/sh
# make fresh where this machine can make a Debian root and enter it; says why where it cannot.
set -eu
cd "$(dirname "$0")/.."
command -v debootstrap >/dev/null 2>&1 || {
    apt-get update -qq && apt-get install -y -qq --no-install-recommends debootstrap >/dev/null ||
        { echo "fresh: no debootstrap here"; exit 0; }
}
probe=$(mktemp -d)
trap 'umount "$probe" 2>/dev/null || true; rmdir "$probe" 2>/dev/null || true' EXIT
mount -t tmpfs none "$probe" 2>/dev/null || { echo "fresh: mounting is not allowed here"; exit 0; }
umount "$probe"
code=0
scripts/fresh.sh || code=$?
[ "$code" = 75 ] && { echo "fresh: Debian's packages cannot be had here"; exit 0; }
exit "$code"
