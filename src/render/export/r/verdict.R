cat("\nSide by side (they agree when they differ by less than 0.000001, or that share of the estimate):\n")
print(compared, row.names = FALSE, digits = 10)
if (nrow(not_compared)) {
  cat("\nNot fitted here:\n")
  print(not_compared, row.names = FALSE)
}
agree <- nrow(compared) == 0 || all(abs(compared$difference) <= tolerance * pmax(1, abs(compared$run)))
cat("\n", nrow(compared), " effects compared, ", nrow(not_compared), " estimates not fitted here; largest difference ",
    if (nrow(compared)) format(max(abs(compared$difference)), digits = 2) else "none", "\n", sep = "")
stopifnot("the refit differs from the run: see the table" = agree)
