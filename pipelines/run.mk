# make run: a shop simulated, measured, searched by three models, their
# consensus, and the report, in out/.  Each file is made again when what it is
# made of changed.

RUN_CONFIG = config/simulation.yaml
RUN_DATA = $(patsubst %,out/data/%.csv,products customers website_traffic \
	orders inventory events holidays)
RUN_RESULTS = $(patsubst %,out/%,daily.csv channels.csv kpi.json \
	consensus.csv consensus.json components.csv explain.csv incidents.csv \
	backtest.csv report.html insights.json summary.txt)

run: $(RUN_DATA) $(RUN_RESULTS)

$(RUN_DATA) &: $(RUN_CONFIG) $(B)/bin/aee-simulate
	@mkdir -p out/data
	$(B)/bin/aee-simulate -C $(RUN_CONFIG) -d out/data
	@touch $(RUN_DATA)

$(RUN_RESULTS) &: out/data/orders.csv out/data/website_traffic.csv \
    pipelines/analyze.sh pipelines/arguments.sh $(TOOLS)
	PATH="$(abspath $(B)/bin):$$PATH" pipelines/analyze.sh \
	    out/data/orders.csv out/data/website_traffic.csv out

# make detect: what happened in that shop, in out/.
detect: out/detect.txt

out/detect.txt: out/data/orders.csv out/data/website_traffic.csv \
    pipelines/detect.sh pipelines/arguments.sh $(TOOLS)
	PATH="$(abspath $(B)/bin):$$PATH" pipelines/detect.sh \
	    out/data/orders.csv out/data/website_traffic.csv out

.PHONY: detect
