# Two commands: `make run` and `make test`. All they need beyond Debian 12 is made by them; see docs/operations.md.

PY := .venv/bin/python
# The checks read code, not data: these addresses lead nowhere.
NOWHERE := SECRET_KEY=check DATABASE_URL=postgres://portal@//nonexistent/portal REDIS_URL=unix:///nonexistent/redis.sock

.PHONY: help install run test test-external check bench screens

help:
	@echo "make install        cài đặt mọi thứ còn thiếu, không chạy gì"
	@echo "make run            cài đặt rồi chạy cổng tại http://127.0.0.1:8000 (PORT=8001 để đổi cổng, DEMO=0: không nạp dữ liệu mẫu)"
	@echo "make test           cài đặt rồi chạy mọi kiểm tra và mọi bài thử, cả trên trình duyệt"
	@echo "make check          ruff, import-linter, mypy, migrations"
	@echo "make test-external  chạy các bài thử trên PostgreSQL và Redis của Debian"
	@echo "make bench          đo tốc độ (benchmarks/)"
	@echo "make screens        chụp các trang chính vào docs/screens/"

install:
	@sh .ci/install.sh

run: install
	@exec $(PY) manage.py serve

check: install
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	.venv/bin/lint-imports
	$(NOWHERE) $(PY) -m mypy areas imports reports
	$(NOWHERE) $(PY) manage.py makemigrations --check --dry-run

test: install
	@sh .ci/browser.sh
	@$(MAKE) --no-print-directory check
	$(PY) -m pytest -n 2 --dist loadgroup

test-external: install
	@sh .ci/browser.sh
	@bash .ci/test_external.sh

bench: install
	@PORTAL_DATA=$${PORTAL_DATA:-var/bench} sh .ci/bench.sh

screens: install
	@sh .ci/browser.sh
	@$(PY) docs/screens.py
