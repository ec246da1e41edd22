#!/usr/bin/env bash
# Installs a published hypha-market as a system service: the program, a user of its own, the unit, a file for its options.
# It changes nothing that is there already but the program and the unit, starts nothing, and fetches nothing.
#
#   sudo deploy/install.sh PATH-OF-THE-PUBLISHED-FILE
#
# DESTDIR=DIR installs below a directory instead, for packages and tests; no user is made then.
set -euo pipefail

fail() { echo "install: $1" >&2; exit "${2:-1}"; }

[[ $# -eq 1 ]] || fail "give the path of the published program, as 'dotnet publish src/HyphaMarket.Cli -c Release -r linux-x64 -p:PublishProfile=SingleFile -o out' writes it: out/hypha-market" 2
program=$1
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=${DESTDIR:-}
[[ -f $program && -x $program ]] || fail "$program is no program. Publish it first (see deploy/OPERATING.md)." 2
[[ -n $root || $EUID -eq 0 ]] || fail "a service is installed by root: run it with sudo, or set DESTDIR." 5
"$program" version >/dev/null || fail "$program does not run on this machine: it needs OpenSSL 3 (libssl3)."

if [[ -z $root ]] && ! id hypha-market >/dev/null 2>&1; then
    useradd --system --user-group --home-dir /var/lib/hypha-market --shell /usr/sbin/nologin hypha-market
fi
# Beside the old one and then in its place, so that a running daemon keeps the file that it began with.
install -D -m 0755 "$program" "$root/usr/bin/hypha-market.new"
mv -f "$root/usr/bin/hypha-market.new" "$root/usr/bin/hypha-market"
install -D -m 0644 "$here/systemd/hypha-market.service" "$root/etc/systemd/system/hypha-market.service"
if [[ ! -e $root/etc/default/hypha-market ]]; then
    install -d "$root/etc/default"
    cat >"$root/etc/default/hypha-market" <<'OPTIONS'
# Options of the hypha-market service; see deploy/OPERATING.md.
HYPHA_MARKET_ROLE=broker
HYPHA_MARKET_LISTEN=/ip4/0.0.0.0/tcp/4001
HYPHA_MARKET_OPTIONS=
OPTIONS
    chmod 0644 "$root/etc/default/hypha-market"
fi

echo "Installed $("$program" version -q). Next:"
[[ -n $root ]] || systemctl daemon-reload 2>/dev/null || true
echo "  edit /etc/default/hypha-market (role, listening address, --bootstrap)"
echo "  sudo -u hypha-market hypha-market init --data /var/lib/hypha-market"
echo "  systemctl enable --now hypha-market"
echo "  sudo -u hypha-market hypha-market doctor --data /var/lib/hypha-market"
