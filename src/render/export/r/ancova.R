# The difference after the start between units that stood alike before it.
ancova <- function(d) {
  c(overall = stats::coef(stats::lm(formula_of("after", c("arm", "before", attr(d, "x"))), collapsed(d), weights = w))[["arm"]])
}
