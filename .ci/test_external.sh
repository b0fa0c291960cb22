#!/bin/bash
# Runs the tests on Debian's PostgreSQL and Redis: throw-away instances on loopback ports, gone at the end.
set -euo pipefail
cd "$(dirname "$0")/.."

postgres_bin() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1; }

if [ -z "$(postgres_bin)" ] || ! command -v redis-server >/dev/null; then
    if [ "$(id -u)" != 0 ]; then
        echo "Thiếu PostgreSQL hoặc Redis. Hãy chạy: sudo apt-get install postgresql-15 redis-server" >&2
        exit 1
    fi
    echo "Đang cài postgresql-15 và redis-server bằng apt…" >&2
    # Neither a cluster nor a service of their own is wanted: the instances below are enough.
    mkdir -p /etc/postgresql-common
    [ -e /etc/postgresql-common/createcluster.conf ] ||
        echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf
    apt-get update -q >/dev/null
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends postgresql-15 redis-server >/dev/null
fi
bin=$(postgres_bin)

work=$(mktemp -d)
chmod 711 "$work"
as=()
if [ "$(id -u)" = 0 ]; then
    as=(setpriv --reuid=postgres --regid=postgres --init-groups)
    chown postgres "$work"
fi
redis_pid=
cleanup() {
    "${as[@]}" "$bin/pg_ctl" -D "$work/data" -m fast -w stop >/dev/null 2>&1 || true
    [ -z "$redis_pid" ] || { kill "$redis_pid" && wait "$redis_pid"; } 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT

free_port() { .venv/bin/python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

port=$(free_port)
(cd / && "${as[@]}" "$bin/initdb" -D "$work/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 >/dev/null)
(cd / && "${as[@]}" "$bin/pg_ctl" -D "$work/data" -w -l "$work/log" \
    -o "-p $port -c listen_addresses=127.0.0.1 -k '' -c fsync=off" start >/dev/null)
# The role is no superuser, as on a server that others look after.
(cd / && "${as[@]}" "$bin/psql" -qX -h 127.0.0.1 -p "$port" -U postgres \
    -c "CREATE ROLE portal LOGIN CREATEDB" -c "CREATE DATABASE portal OWNER portal")

redis_port=$(free_port)
"${as[@]}" redis-server --port "$redis_port" --bind 127.0.0.1 --save "" --appendonly no --dir / >/dev/null &
redis_pid=$!

"$bin/postgres" --version
redis-server --version
DATABASE_URL="postgres://portal@127.0.0.1:$port/portal" REDIS_URL="redis://127.0.0.1:$redis_port/0" \
    .venv/bin/python -m pytest -n 2 --dist loadgroup "$@"
