#!/bin/sh
# Makes .venv with the packages of requirements.txt. Does nothing when neither they nor Python have changed.
set -eu
cd "$(dirname "$0")/.."

fail() { echo "$1" >&2; exit 1; }

recent() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    for name in "${PYTHON:-}" python3.11 python3 python3.12 python3.13; do
        if [ -n "$name" ] && command -v "$name" >/dev/null && recent "$name"; then command -v "$name"; return; fi
    done
}

apt_install() {
    echo "Đang cài $* bằng apt…" >&2
    apt-get update -q >/dev/null
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >/dev/null
}

# Two commands that install at the same time take turns.
exec 9>.install.lock 2>/dev/null || fail "Không ghi được vào thư mục $PWD. Hãy cấp quyền ghi rồi chạy lại."
flock 9

python=$(find_python)
if [ -z "$python" ]; then
    [ "$(id -u)" = 0 ] || fail "Cần Python 3.11 trở lên. Hãy chạy: sudo apt-get install python3 python3-venv"
    apt_install python3 python3-venv
    python=$(find_python)
    [ -n "$python" ] || fail "Cần Python 3.11 trở lên; hệ điều hành này chỉ có bản cũ hơn."
fi

wanted="$PWD $("$python" -VV | tr '\n' ' ') $(sha256sum requirements.txt | cut -d' ' -f1)"
[ "$(cat .venv/.stamp 2>/dev/null)" = "$wanted" ] && .venv/bin/python -c '' 2>/dev/null && exit 0

if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    [ "$(id -u)" = 0 ] || fail "Thiếu mô-đun venv của Python. Hãy chạy: sudo apt-get install python3-venv"
    apt_install python3-venv
fi

echo "Đang cài các gói Python vào .venv…" >&2
rm -f .venv/.stamp
case "$(.venv/bin/python -VV 2>/dev/null | tr '\n' ' ')" in
    "$("$python" -VV | tr '\n' ' ')") "$python" -m venv .venv ;;
    *) "$python" -m venv --clear .venv ;;
esac
.venv/bin/python -m pip install -q --disable-pip-version-check -r requirements.txt ||
    fail "Không cài được các gói Python. Hãy xem lỗi ở trên (mạng, ổ đĩa đầy?) rồi chạy lại."
.venv/bin/python -m pip check -q --disable-pip-version-check
echo "$wanted" >.venv/.stamp
