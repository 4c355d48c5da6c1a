# What the treated would have scored is predicted from rows without treatment; the effect is what is left.
imputation <- function(d) {
  x <- attr(d, "x")
  d <- with_level(d)
  repeat {
    free <- d[d$treated == 0, ]
    keep <- d$level %in% free$level & d$period %in% free$period
    if (all(keep)) break
    d <- d[keep, ]
  }
  fit <- least_squares(formula_of("y", if (length(x)) x else "1", "level + period"), free)
  left <- d$y - stats::predict(fit, newdata = d)
  on <- d$treated == 1
  time <- d$period - d$cohort
  events <- vapply(sort(unique(time[on])), function(e) stats::weighted.mean(left[on & time == e], d$w[on & time == e]), 0)
  c(overall = stats::weighted.mean(left[on], d$w[on]), stats::setNames(events, paste("event", sort(unique(time[on])))))
}
