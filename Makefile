# The commands of the README. Everything but `setup` runs in the two environments that `setup` makes.

PYTHON ?= python3
SERVICE := .venv/bin
ENGINE := bot/engine/.venv/bin
WORKERS ?= 2

.PHONY: help setup run test check train tune evaluate bench chat conversations

help:
	@sed -n 's/^\([a-z]*\):.*## /make \1: /p' Makefile

setup: ## tools, both environments, .env
	@$(PYTHON) bot/ops/provision.py

run: setup ## start everything; Ctrl-C stops it
	@$(SERVICE)/python -m bot run

train: setup ## train and evaluate a model
	@$(SERVICE)/python -m bot train

tune: setup ## let the safety screen and the intents' encoder learn anew (an hour and a half); commit what it writes
	@$(ENGINE)/python -m bot.engine.tune

test: setup ## every test
	@$(SERVICE)/python -m bot train --if-needed
	@status=0; \
	$(SERVICE)/python -m pytest -n $(WORKERS) --dist loadfile --durations 25 || status=1; \
	$(ENGINE)/python -m pytest -c bot/engine/pyproject.toml --rootdir . --confcutdir tests/dialogue tests/dialogue || status=1; \
	exit $$status

check: setup ## formatting, lint, types, borders between the rooms, configuration
	@$(SERVICE)/ruff format --check .
	@$(SERVICE)/ruff check .
	@$(SERVICE)/mypy
	@$(SERVICE)/lint-imports
	@$(SERVICE)/yamllint --strict .
	@$(SERVICE)/python -m bot train --if-needed
	@$(SERVICE)/python -m bot check

evaluate: setup ## how well the committed messages are understood
	@$(SERVICE)/python -m bot evaluate --speed $(FILES)

bench: setup ## the measurements
	@$(SERVICE)/python -m benchmarks

chat: setup ## a conversation in the terminal, through the whole service
	@$(SERVICE)/python -m bot chat

conversations: setup ## written conversations and simulated patients against the running service
	@$(SERVICE)/python -m bot train --if-needed
	@$(SERVICE)/python -m pytest --override-ini addopts= tests/conversations
