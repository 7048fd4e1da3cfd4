# A fresh machine needs Python 3.11 or later, make and pip. `make help` lists what there is to do.
# TORCH_INDEX, where it is set, is one more package index to install from: point it at PyTorch's CPU
# index on a machine without a GPU, and the install is a tenth of the size.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
BENCHMARKS := world_steps parallel_env population ask wishes train_step players

# The demo: a world simulated to train, to choose, and to report among types that training saw and among all; and minutes
# of training, the first of them among two agents, where it is soon found out how others act. Who is to learn is given a
# new role every five steps: as many acts to imitate, of four times as many roles.
EPISODES := 6000
FIRST    := 4
MINUTES  := 4
WHERE    := --log logs/demo-test --episode 55 --agent Ada --step 47 --mind runs/demo

.DEFAULT_GOAL := help
.PHONY: help demo test test-all faults check bench reference reference-cpu near-far filter marks wishes just-ask arena clean

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "make %-13s %s\n", $$1, $$2 }'

# One environment, made once: the stamp is newer than what decides its contents.
$(READY): pyproject.toml constraints.txt
	@echo "Installing into $(VENV) (once, some minutes: torch is large) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed")'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --constraint constraints.txt \
	    $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) --editable '.[test]'
	@touch $@

demo: $(READY)  ## simulate, train, ask, score and draw: a quarter of an hour
	rm -rf logs/demo logs/demo-two logs/demo-validation logs/demo-seen logs/demo-test runs/demo runs/demo-two
	$(BIN)/tom run --out logs/demo-two --episodes $(EPISODES) --agents 2 --seed 1 --switch 5
	$(BIN)/tom run --out logs/demo --episodes $(EPISODES) --switch 5
	$(BIN)/tom run --out logs/demo-validation --split validation --episodes 128
	$(BIN)/tom run --out logs/demo-seen --split test --types seen --episodes 128 --seed 2
	$(BIN)/tom run --out logs/demo-test --split test --episodes 256
	$(BIN)/tom verify logs/demo-two logs/demo logs/demo-validation logs/demo-seen logs/demo-test
	$(BIN)/tom train logs/demo-two --out runs/demo-two --minutes $(FIRST)
	$(BIN)/tom train logs/demo --start runs/demo-two --out runs/demo --minutes $(MINUTES)
	$(BIN)/tom ask "behave as myself" $(WHERE) --exact
	$(BIN)/tom ask "behave as Bo" $(WHERE) --exact
	$(BIN)/tom ask "behave as Bo pretending to be me" $(WHERE) --exact
	$(BIN)/tom ask "predict Bo" $(WHERE) --exact
	$(BIN)/tom describe --who Bo $(WHERE) --exact
	$(BIN)/tom score runs/demo --log logs/demo-seen
	$(BIN)/tom score runs/demo --log logs/demo-test --episodes 128
	$(BIN)/tom graph runs/demo --log logs/demo-test --episodes 128 --episode 55 --out runs/demo/graphs
	$(BIN)/tom view logs/demo-test --mind runs/demo --episode 55 --out runs/demo/episode-55.html

test: $(READY)  ## every test that takes seconds
	$(BIN)/python -m pytest -q -n auto --dist worksteal -m "not slow"

test-all: $(READY)  ## every test
	$(BIN)/python -m pytest -q -n auto --dist worksteal

# What to spoil is drawn from the seed; on two cores 2000 faults take about half an hour.
SEED  := 1
COUNT := 2000

faults: $(READY)  ## spoil logs, minds and work in 2000 ways (SEED, COUNT), and tell what comes of each kind
	@mkdir -p runs
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.faults --seed $(SEED) --count $(COUNT) --out runs/faults-$(SEED).jsonl

check: $(READY)  ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(READY)  ## measure the speeds of benchmarks/RESULTS.md again
	@set -e; for name in $(BENCHMARKS); do $(BIN)/python benchmarks/$$name.py --json; done

# The mind that ships, of the default world, for which a GPU is needed; tom/minds/reference/README.md says what came of it. Without
# one, reference-cpu trains a smaller one.
LOADERS   := $(shell nproc --ignore=1)
REFERENCE := logs/reference-2 logs/reference-5 logs/reference-6 logs/reference

reference: $(READY)  ## train the reference mind anew, three times, into runs/reference-*: ten minutes of a GPU each; it resumes
	@$(BIN)/python -c 'import sys, torch; sys.exit(None if torch.cuda.is_available() else "error: torch finds no GPU; make reference-cpu needs none")'
	[ -d logs/reference-2 ] || $(BIN)/tom run --out logs/reference-2 --episodes 40000 --seed 501 --agents 2 --switch 5
	[ -d logs/reference-5 ] || $(BIN)/tom run --out logs/reference-5 --episodes 40000 --seed 102 --switch 5
	[ -d logs/reference-6 ] || $(BIN)/tom run --out logs/reference-6 --episodes 40000 --seed 103 --switch 5
	[ -d logs/reference ] || $(BIN)/tom run --out logs/reference --episodes 40000 --seed 101
	@set -e; for seed in 0 1 2; do run=runs/reference-$$seed; \
	    OMP_NUM_THREADS=1 $(BIN)/tom train $(REFERENCE) --out $$run --minutes 8.67 --seed $$seed --width 256 --layers 8 --batch 128 \
	        --rate 0.002 --loaders $(LOADERS) --device cuda $$(if [ -d $$run/checkpoint ]; then echo --resume; fi); done
	$(BIN)/python benchmarks/reference.py --run runs/reference-0 runs/reference-1 runs/reference-2 > runs/reference.md

reference-cpu: $(READY)  ## train a smaller such mind, into runs/reference-cpu: a hundred minutes of one core; it resumes
	[ -d logs/small-2 ] || $(BIN)/tom run --out logs/small-2 --episodes 20000 --seed 501 --agents 2 --switch 5
	[ -d logs/small-5 ] || $(BIN)/tom run --out logs/small-5 --episodes 20000 --seed 102 --switch 5
	[ -d logs/small ] || $(BIN)/tom run --out logs/small --episodes 20000 --seed 101
	two=runs/reference-cpu-two; run=runs/reference-cpu; \
	    OMP_NUM_THREADS=1 $(BIN)/tom train logs/small-2 --out $$two --minutes 25 --layers 6 $$(if [ -d $$two/checkpoint ]; then echo --resume; fi) && \
	    OMP_NUM_THREADS=1 $(BIN)/tom train logs/small-5 logs/small --out $$run --minutes 75 --layers 6 \
	        $$(if [ -d $$run/checkpoint ]; then echo --resume; else echo --start $$two; fi)

# The mind of near-far, where probes and generations live: among two agents first, then in the world itself most of the time.
near-far: $(READY)  ## train the mind of near-far anew, into runs/near-far: an hour of one core
	$(BIN)/tom run --preset near-far --out logs/near-far-2 --episodes 8000 --seed 502 --agents 2 --switch 5
	$(BIN)/tom run --preset near-far --out logs/near-far --episodes 16000 --seed 108 --switch 5
	$(BIN)/tom run --preset near-far --out logs/near-far-4 --episodes 3000 --seed 104 --agents 4 --steps 64 --map mixed
	$(BIN)/tom run --preset near-far --out logs/near-far-16 --episodes 400 --seed 116 --agents 16 --steps 40 --map mixed \
	    --height 11 --width 11 --fruits 9
	OMP_NUM_THREADS=1 $(BIN)/tom train logs/near-far-2 --out runs/near-far-two --minutes 8
	OMP_NUM_THREADS=1 $(BIN)/tom train logs/near-far logs/near-far-4 logs/near-far-2 logs/near-far-16 --start runs/near-far-two \
	    --out runs/near-far --minutes 54

# Its rival.
RIVAL := 8 4 16 2 24 mixed

filter: $(READY)  ## train the filter of near-far anew, into runs/filter: an hour and a half
	$(BIN)/tom run --preset near-far --out logs/filter-8 --episodes 12000 --seed 108
	$(BIN)/tom run --preset near-far --out logs/filter-4 --episodes 2500 --seed 104 --agents 4 --steps 64 --map mixed
	$(BIN)/tom run --preset near-far --out logs/filter-16 --episodes 2000 --seed 116 --agents 16 --steps 40 --map mixed \
	    --height 11 --width 11 --fruits 9
	$(BIN)/tom run --preset near-far --out logs/filter-2 --episodes 1500 --seed 102 --agents 2 --steps 64 --map mixed
	$(BIN)/tom run --preset near-far --out logs/filter-24 --episodes 1000 --seed 124 --agents 24 --steps 64 --map mixed \
	    --height 13 --width 13 --fruits 12
	$(BIN)/tom run --preset near-far --out logs/filter-mixed --episodes 3000 --seed 109 --map mixed --height 11 --width 11 --fruits 9
	$(BIN)/tom train $(addprefix logs/filter-,$(RIVAL)) --out runs/filter --network filter --minutes 88

# The minds that know marks: three halls, the eastern wall of which is a wall for the one, and glass for the other.
HALL := --preset near-far --marks 0.1 --agents 2 --fruits 2 --steps 40 --switch 40 --episodes 4000

marks: $(READY)  ## train the minds that know marks, without mirrors and among them: an hour and a half of one core
	$(BIN)/tom run --preset near-far --marks 0.1 --agents 3 --switch 5 --out logs/marks --episodes 5000 --seed 308
	@set -e; for hall in 1 2 3; do \
	    $(BIN)/tom run $(HALL) --out logs/glass-$$hall --seed 31$$hall --map tom/minds/mirrored/hall-$$hall.txt --mirrors; \
	    $(BIN)/tom run $(HALL) --out logs/wall-$$hall --seed 31$$hall --map tom/minds/mirrorless/hall-$$hall.txt; done
	OMP_NUM_THREADS=1 $(BIN)/tom train logs/glass-1 logs/glass-2 logs/glass-3 logs/marks --out runs/mirrored --train-steps 7500 \
	    --layers 6
	OMP_NUM_THREADS=1 $(BIN)/tom train logs/wall-1 logs/wall-2 logs/wall-3 logs/marks --out runs/mirrorless --train-steps 7500 \
	    --layers 6

# The mind that is asked wishes: agents alone where nothing regrows, each as itself throughout.
SOLO := --agents 1 --no-regrow --fruits 1 --steps 20 --switch 20

wishes: $(READY)  ## train a mind that is asked wishes, into runs/wishes, and score it: two hours; it resumes
	[ -d logs/solo-train ] || $(BIN)/tom run --out logs/solo-train $(SOLO) --episodes 60000 --seed 401
	[ -d logs/solo-test ] || $(BIN)/tom run --out logs/solo-test $(SOLO) --episodes 256 --split test
	OMP_NUM_THREADS=1 $(BIN)/tom train logs/solo-train --wishes --out runs/wishes --minutes 92 \
	    $(if $(wildcard runs/wishes/checkpoint),--resume)
	$(BIN)/tom score runs/wishes --log logs/solo-test --all --acting

just-ask: $(READY)  ## the experiments of docs/just-ask.md and their pictures into runs/just-ask, of runs/wishes where it is there
	$(BIN)/tom just-ask all --out runs/just-ask $(if $(wildcard runs/wishes/checkpoint),--mind runs/wishes)

arena: $(READY)  ## train a mind in each of eleven environments that others wrote, and score it: an hour and a half
	$(BIN)/python benchmarks/arena.py --json runs/arena.jsonl

clean:  ## remove the environment, the demo's logs and its run
	rm -rf $(VENV) logs/demo logs/demo-two logs/demo-validation logs/demo-seen logs/demo-test runs/demo runs/demo-two
