# Needs Python >= 3.11 and make. The first command sets up .venv; later ones find it there.
PYTHON ?= python3
BIN := .venv/bin
export DENO_NO_UPDATE_CHECK := 1
READY := .venv/ready

# The page's modules and their tests, for deno.
PAGE := --config tests/deno.json 'toygan/**/*.js' 'tests/**/*.js'

# Without these settings, JupyterLab greets a learner with a question about its news.
SETTINGS := .venv/share/jupyter/lab/settings
NO_NEWS := {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": false}}

.PHONY: help lab test slow claims bench readme api clean

help:
	@echo "make lab     open the lessons in JupyterLab"
	@echo "make test    run lint, types and all tests, of Python and of the page"
	@echo "make slow    run the tests that are too long for make test"
	@echo "make claims  run the experiments behind toygan's claims again: minutes"
	@echo "make bench   measure speed, as ratios within one run"
	@echo "make readme  write the pictures of README.md and assets/menus.md again"
	@echo "make api     write assets/api.md again"
	@echo "make clean   remove .venv and build"
	@echo "The first of them sets up .venv: a few minutes, once."

lab: $(READY)
	@exec $(BIN)/toygan lab lessons

# One thread a process, since torch's threads and pytest's processes would share the cores.
test: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/deno lint $(PAGE)
	$(BIN)/deno fmt --check $(PAGE)
	$(BIN)/deno check $(PAGE)
	$(BIN)/deno test --config tests/deno.json --allow-read 'tests/**/*_test.js'
	OMP_NUM_THREADS=1 $(BIN)/pytest -n logical --maxprocesses 8 --dist loadgroup --durations 10

slow: $(READY)
	OMP_NUM_THREADS=1 $(BIN)/pytest -m slow -n logical --maxprocesses 8 --dist loadgroup --durations 10

claims: $(READY)
	$(BIN)/toygan claims

bench: $(READY)
	PYTHONPATH=tests $(BIN)/python -m support.bench

readme: $(READY)
	rm -rf build/ring8
	$(BIN)/toygan train -r r1=0.1 --steps 2400 --every 20 --out build/ring8 --gif --html
	cp build/ring8/training.gif assets/ring8.gif
	cp build/ring8/run.html assets/ring8.html
	$(BIN)/toygan explore loss=minimax,non-saturating,hinge lr_d=1e-4:1e-2:5:log regularizers.r1=0,0.1,1 --width 32 \
	  --budget 2MB --title "Losses, learning rates of D and R1 on the ring of eight" --out assets/explore.html --force
	$(BIN)/toygan menus --into assets/menus.md
	$(BIN)/toygan menus --into assets/equivalents.md

api: $(READY)
	$(BIN)/toygan api --into assets/api.md

clean:
	rm -rf .venv build

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "toygan needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1 | tail -1)." \
	       "Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv .venv || { rm -rf .venv; \
	  echo "'$(PYTHON) -m venv' failed; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@echo "Setting up .venv: a few minutes, once."
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[dev]'
	@mkdir -p $(SETTINGS) && echo '$(NO_NEWS)' > $(SETTINGS)/overrides.json
	@touch $@
