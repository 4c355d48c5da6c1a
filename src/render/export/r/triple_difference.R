# How much larger the effect is in one subgroup than in the other.
triple_difference <- function(d, column) {
  terms <- c("treated", "third", attr(d, "x"))
  second <- as.numeric(d[[column]] == sort(unique(d[[column]]))[2])
  d <- with_level(d)
  d$sub <- second
  d$third <- d$treated * second
  if (is.null(roles$unit)) d$level <- paste(d$level, second)
  c(overall = stats::coef(least_squares(formula_of("y", terms, "level + period^sub"), d))[["third"]])
}
