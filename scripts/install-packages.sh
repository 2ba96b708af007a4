#!/bin/sh
# Installs the system packages that a purpose needs and this machine lacks (Debian, Ubuntu); says
# which they are elsewhere. usage: install-packages.sh build|test|bench|lint|fuzz
set -eu

case "${1:-}" in
build) packages="gcc libc6-dev make pkg-config libuv1-dev libssl-dev zlib1g-dev python3 python3-dev python3-venv" ;;
test) packages="nginx-light" ;;
bench) packages="wrk nginx-light" ;;
lint) packages="clang-format" ;;
fuzz) packages="clang libclang-rt-dev" ;;
*)
    echo "usage: $0 build|test|bench|lint|fuzz" >&2
    exit 2
    ;;
esac

if ! command -v dpkg-query >/dev/null 2>&1; then
    found=true
    for tool in cc pkg-config python3; do
        command -v "$tool" >/dev/null 2>&1 || found=false
    done
    $found && pkg-config --exists libuv openssl zlib && exit 0
    echo "This is not Debian or Ubuntu. Install with your package manager: a C compiler, make," >&2
    echo "pkg-config, libuv >= 1.40, OpenSSL >= 3.0 and zlib with headers, Python >= 3.10 with" >&2
    echo "headers and venv (on Debian: $packages)." >&2
    exit 1
fi

# A compiler-rt package has the version in its name before Debian 13.
has() {
    dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'ok installed'
}

missing=""
for package in $packages; do
    if [ "$package" = libclang-rt-dev ]; then
        ls /usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.fuzzer-*.a >/dev/null 2>&1 && continue
    fi
    has "$package" || missing="$missing $package"
done
[ -z "$missing" ] && exit 0

if [ "$(id -u)" = 0 ]; then
    sudo=""
elif command -v sudo >/dev/null 2>&1; then
    sudo="sudo"
else
    echo "Missing:$missing. Install as root: apt-get install$missing" >&2
    exit 1
fi
echo "installing:$missing"
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -qq
case "$missing" in
*libclang-rt-dev*)
    if ! apt-cache show libclang-rt-dev >/dev/null 2>&1; then
        newest=$(apt-cache search --names-only '^libclang-rt-[0-9]+-dev$' | cut -d' ' -f1 | sort -V | tail -n 1)
        default=$(apt-cache depends clang | sed -n 's/.*Depends: clang-\([0-9]*\)$/libclang-rt-\1-dev/p' | head -n 1)
        missing=$(echo "$missing" | sed "s/libclang-rt-dev/${default:-$newest}/")
    fi
    ;;
esac
# shellcheck disable=SC2086
$sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
