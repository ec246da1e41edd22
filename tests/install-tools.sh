#!/usr/bin/env bash
# Installs what some tests need (network namespaces, the redis of the transport suite, libsodium, faketime, a browser for the market page, a PostgreSQL server, the shells that complete our verbs), where this is Debian and root and something is missing. Silent when all is there.
# Never fails its caller: a tool that is still missing is reported by the test that needs it.
set -u
export PATH="$PATH:/usr/sbin:/sbin"

missing=()
command -v ip >/dev/null || missing+=(iproute2)
command -v nft >/dev/null || missing+=(nftables)
command -v redis-server >/dev/null || missing+=(redis-server)
ldconfig -p 2>/dev/null | grep -q 'libsodium\.so\.23' || missing+=(libsodium23)
compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' >/dev/null || missing+=(faketime)
command -v chromium >/dev/null || missing+=(chromium)
command -v zsh >/dev/null || missing+=(zsh)
command -v fish >/dev/null || missing+=(fish)
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
((${#missing[@]})) || exit 0

if ((EUID != 0)) || ! command -v apt-get >/dev/null; then
    echo "missing and not installed (needs root and apt-get): ${missing[*]}"
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
echo "installing ${missing[*]}"
timeout 120 apt-get update -qq >/dev/null 2>&1
if [[ " ${missing[*]} " == *" postgresql "* ]]; then
    # Tests start servers of their own: Debian's package shall make and start none.
    timeout 120 apt-get install -y -qq --no-install-recommends postgresql-common >/dev/null 2>&1
    sed -i 's/^#\?create_main_cluster *=.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf 2>/dev/null
fi
timeout 300 apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null 2>&1 || echo "could not install ${missing[*]}"
exit 0
