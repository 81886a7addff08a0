# R's prophet on the series of bench_forecast: "fit MODE ROWS us" (the best of
# three warm fits), "predict ROWS us", in the folder given.
suppressMessages(library(prophet))
folder <- commandArgs(trailingOnly = TRUE)[1]
# Processor time, as ours: what else runs here must not make R look slow.
us <- function(expr) 1e6 * sum(system.time(expr)[c("user.self", "sys.self")])
for (n in c(365, 1096, 2905)) {
  d <- read.csv(file.path(folder, sprintf("series-%d.csv", n)))
  names(d) <- c("ds", "y")
  d <- d[seq_len(n), ]
  for (mode in c("additive", "multiplicative")) {
    best <- Inf
    for (i in 1:4) {
      t <- us(m <- suppressMessages(prophet(d, seasonality.mode = mode,
        yearly.seasonality = TRUE, weekly.seasonality = TRUE,
        daily.seasonality = FALSE)))
      if (i > 1) best <- min(best, t)
    }
    cat("fit", mode, n, best, "\n")
    if (mode == "additive") {
      f <- make_future_dataframe(m, 30)
      cat("predict", n, us(predict(m, f)), "\n")
    }
  }
}
