#!/bin/sh
# Install the servers and the browser that tests start, where they are missing (Debian and its kin).
# Nothing is left running: the tests start what they need, on ports of their own.
set -eu

missing=""
command -v redis-server >/dev/null || missing="$missing redis-server"
command -v postgres >/dev/null || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || missing="$missing postgresql"
command -v chromium >/dev/null || missing="$missing chromium"
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
    echo "install these programs for the tests:$missing" >&2
    exit 1
fi
as_root=""
[ "$(id -u)" = 0 ] || as_root="sudo"

# A package must not start its server by itself.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
    $as_root chmod +x "$policy"
    trap '$as_root rm -f "$policy"' EXIT
fi
install() {
    # shellcheck disable=SC2086 # several names
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --no-install-recommends $missing
}
said=$(install 2>&1) || { $as_root apt-get update --quiet >/dev/null && said=$(install 2>&1); } || {
    echo "$said" >&2
    exit 1
}
echo "installed for the tests:$missing"
