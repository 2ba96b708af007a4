#!/bin/sh
# Proves the README's two commands in a bare Debian root: debootstrap, chroot, make demo, make test.
# As root. The root stays in build/fresh between runs only if KEEP=1. RELEASE: Debian's (bookworm).
set -eu

NO_PACKAGES=75 # exit code: Debian's packages cannot be had here, nothing is proved

cd "$(dirname "$0")/.."
release="${RELEASE:-bookworm}"
root="$PWD/build/fresh/root"
[ "$(id -u)" = 0 ] || { echo "make fresh must run as root" >&2; exit 1; }
command -v debootstrap >/dev/null 2>&1 || {
    apt-get update -qq && apt-get install -y -qq --no-install-recommends debootstrap >/dev/null
}

leave() {
    for mount in proc sys dev; do
        mountpoint -q "$root/$mount" && { umount -R "$root/$mount" 2>/dev/null || umount -R -l "$root/$mount"; }
    done
    [ "${KEEP:-0}" = 1 ] || rm -rf --one-file-system "$root"
}
trap leave EXIT INT TERM

leave
mkdir -p "$root"
# shellcheck disable=SC2086
debootstrap --variant=minbase "$release" "$root" ${MIRROR:-} >build/fresh/debootstrap.log || {
    tail -n 3 build/fresh/debootstrap.log >&2
    exit "$NO_PACKAGES"
}

# The new root reaches packages the way this machine does.
cp -r /etc/apt/apt.conf.d/. "$root/etc/apt/apt.conf.d/"
rm -f "$root/etc/apt/apt.conf.d/20packagekit" "$root/etc/apt/apt.conf.d/50appstream"
cp /etc/resolv.conf /etc/hosts "$root/etc/" 2>/dev/null || true
[ -f /etc/pip.conf ] && cp /etc/pip.conf "$root/etc/pip.conf"

git clone -q . "$root/goose-py"
for mount in dev proc sys; do
    mount --rbind "/$mount" "$root/$mount" 2>/dev/null || mount -t "$mount" "$mount" "$root/$mount" || true
    mount --make-rslave "$root/$mount" 2>/dev/null || true
done

inside() {
    env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
        ${PIP_CERT:+PIP_CERT="$PIP_CERT"} ${PIP_INDEX_URL:+PIP_INDEX_URL="$PIP_INDEX_URL"} \
        ${PIP_EXTRA_INDEX_URL:+PIP_EXTRA_INDEX_URL="$PIP_EXTRA_INDEX_URL"} \
        ${PIP_DEFAULT_TIMEOUT:+PIP_DEFAULT_TIMEOUT="$PIP_DEFAULT_TIMEOUT"} \
        chroot "$root" sh -c "$1"
}

# make itself is all that a bare root needs beforehand
inside "apt-get update -qq && apt-get install -y -qq --no-install-recommends make git ca-certificates >/dev/null" ||
    exit "$NO_PACKAGES"
# authorities that this machine trusts beyond Debian's
[ -f /etc/ssl/certs/ca-certificates.crt ] && cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
inside "cd /goose-py && make demo"
inside "cd /goose-py && make test"
echo "fresh: make demo and make test pass in a bare $release"
