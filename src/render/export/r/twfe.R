# One number for all cohorts and times, after each unit's own level and each period's are taken off.
twfe <- function(d, absorbed = "level + period") {
  terms <- c("treated", attr(d, "x"))
  c(overall = stats::coef(least_squares(formula_of("y", terms, absorbed), with_level(d)))[["treated"]])
}
