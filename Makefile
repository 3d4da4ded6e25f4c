# Thin aliases; python3 run.py is all there is (a fresh machine has no make).
.PHONY: run test check bench reset lock

run:
	python3 run.py

test:
	python3 run.py test

check:
	python3 run.py check

bench:
	python3 run.py bench

reset:
	python3 run.py reset

# After a change in pyproject.toml (docs/adr/0003). No header: it would print the command, and with it an index.
COMPILE = uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
lock:
	$(COMPILE) --extra embedded --group test --group check pyproject.toml -o requirements.lock
	$(COMPILE) -c requirements.lock pyproject.toml -o requirements-production.lock
