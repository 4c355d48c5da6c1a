# One number for each time since the start. Before the start it should be near zero.
event_study <- function(d, reference = -1, window = NULL, binned = TRUE) {
  x <- attr(d, "x")
  d <- with_level(d[is.na(d$cohort) | d$cohort > min(d$period), ])
  if (!anyNA(d$cohort)) no_peer("nobody is never treated, and which second time is set to zero is a choice")
  d$time <- d$period - d$cohort
  if (!is.null(window) && binned) d$time <- pmin(pmax(d$time, window[1]), window[2])
  if (!is.null(window) && !binned) d <- d[is.na(d$time) | (d$time >= window[1] & d$time <= window[2]), ]
  shown <- setdiff(sort(unique(stats::na.omit(d$time))), reference)
  columns <- paste0("t", seq_along(shown))
  for (i in seq_along(shown)) d[[columns[i]]] <- as.numeric(!is.na(d$time) & d$time == shown[i])
  found <- stats::coef(least_squares(formula_of("y", c(columns, x), "level + period"), d))[columns]
  names(found) <- paste("event", shown)
  c(found, "overall-dynamic" = mean(found[shown >= 0]))
}
