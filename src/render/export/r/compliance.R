# The difference that being assigned made to scores, divided by the difference it made to taking part.
compliance <- function(d, column) {
  terms <- c("treated", attr(d, "x"))
  d <- with_level(d)
  d$used <- d[[column]]
  of <- function(y) stats::coef(least_squares(formula_of(y, terms, "level + period"), d))[["treated"]]
  c(overall = of("y") / of("used"))
}
