read_text <- function(path) paste(readLines(path, warn = FALSE, encoding = "UTF-8"), collapse = "\n")
results <- jsonlite::fromJSON(read_text(file.path(run, "results.json")), simplifyVector = FALSE)$results

# The run's tables (the first rows of each).
for (path in sort(list.files(file.path(run, "tables"), "\\.csv$", full.names = TRUE))) {
  cat("\n", basename(path), "\n", sep = "")
  print(utils::head(utils::read.csv(path, check.names = FALSE), 6))
}
