# What aee-forecast does, with R's prophet: read, fit, predict, write.
suppressMessages(library(prophet))
a <- commandArgs(trailingOnly = TRUE)
d <- read.csv(a[1])
names(d) <- c("ds", "y")
m <- suppressMessages(prophet(d, yearly.seasonality = TRUE,
  weekly.seasonality = TRUE, daily.seasonality = FALSE))
p <- predict(m, make_future_dataframe(m, 30))
write.csv(p[, c("ds", "yhat", "yhat_lower", "yhat_upper")], a[2],
  row.names = FALSE)
