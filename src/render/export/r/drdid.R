# The same with covariates, by DRDID: a regression among comparison units, odds of treatment, or both.
drdid <- function(d, method) {
  if (is.null(roles$unit)) no_peer("units are not followed; see DRDID's functions for repeated cross-sections")
  c <- collapsed(d)
  x <- cbind(1, as.matrix(c[attr(d, "x")]))
  fit <- getExportedValue("DRDID", method)(y1 = c$after, y0 = c$before, D = c$arm, covariates = x, i.weights = c$w)
  c(overall = fit$ATT)
}
