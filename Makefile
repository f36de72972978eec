# Only delegates: what is done is in tools/.
.DEFAULT_GOAL := help
.PHONY: help demo test test-deps matrix bench fuzz lint audit format docs site pictures wheel constraints clean

help: ## Show what there is
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

demo: ## Serve the demo site, its worker and its mailbox page (PORT=5000, RESET=1 begins anew)
	@PORT="$(PORT)" RESET="$(RESET)" tools/demo.sh

test: ## Run the whole test suite (ARGS="-k word" for a part)
	@tools/test.sh $(ARGS)

test-deps: ## Install what the whole suite needs from outside: PostgreSQL, Redis, a browser
	@tools/test-deps.sh

matrix: ## Run the tests of embedding with the oldest and the newest Flask and SQLAlchemy
	@tools/matrix.sh

bench: ## Measure load, desks, search, delivery, feeds, reminders and crashes, as ratios (ARGS="--small", or names)
	@tools/bench.sh $(ARGS)

fuzz: ## Send API, forms and parsers what nobody meant (EXAMPLES=300 a call, REQUESTS=50000 a database, SECONDS=600 of the parsers)
	@MEETUP_TEST_FUZZ_EXAMPLES="$(or $(EXAMPLES),300)" MEETUP_TEST_FUZZ_REQUESTS="$(or $(REQUESTS),50000)" \
	  MEETUP_TEST_FUZZ_SECONDS="$(or $(SECONDS),600)" \
	  tools/test.sh -o faulthandler_timeout=0 -k "whatever_is_sent or chance_finds or parser_gives"

lint: ## Check formatting, style, types and the import rules
	@tools/lint.sh

audit: ## Ask for known vulnerabilities of what we stand on
	@tools/audit.sh

format: ## Format the source
	@tools/format.sh

docs: ## Check that every link in the documentation leads somewhere
	@tools/python.sh tools/docs.py

site: ## Build the documentation as a site into docs/_build/html; warnings are errors
	@tools/python.sh tools/site.py

pictures: ## Draw the pictures of the README and of the tour anew, from the demo's story
	@tools/python.sh tools/pictures.py

wheel: ## Build the wheel and try it in an empty environment
	@tools/wheel.sh

constraints: ## Pin anew what is tested together
	@tools/constraints.sh

clean: ## Remove what was built; the data under instance/ stays
	@tools/clean.sh
