#!/bin/sh
# A Chromium for the browser tests: one that is there, else Debian's (as root), else Playwright's own.
set -eu
cd "$(dirname "$0")/.."

command -v chromium >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Đang cài chromium bằng apt…" >&2
    apt-get update -q >/dev/null 2>&1 || true
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends chromium >/dev/null 2>&1 || true
    command -v chromium >/dev/null && exit 0
fi
has_own() {
    .venv/bin/python -c '
import pathlib, sys
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    sys.exit(not pathlib.Path(playwright.chromium.executable_path).exists())'
}
has_own && exit 0
echo "Đang tải Chromium của Playwright…" >&2
.venv/bin/python -m playwright install chromium >&2 || true
has_own && exit 0
echo "Không có trình duyệt cho các bài thử. Hãy cài: sudo apt-get install chromium" >&2
exit 1
