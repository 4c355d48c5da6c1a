# One regression with an effect for each cohort and period, averaged afterwards by rows. With `reference`, all periods but the last
# before the start (Sun and Abraham, as fixest's sunab); else the treated ones only (Wooldridge, as etwfe).
saturated <- function(d, reference = TRUE) {
  x <- attr(d, "x")
  d <- with_level(d[is.na(d$cohort) | d$cohort > min(d$period), ])
  if (reference && !anyNA(d$cohort)) no_peer("nobody is never treated")
  if (!reference && length(x)) no_peer("there are covariates; see etwfe")
  cells <- unique(d[!is.na(d$cohort), c("cohort", "period")])
  last <- tapply(ifelse(d$period < d$cohort, d$period, -Inf), d$cohort, max)
  cells <- cells[if (reference) cells$period != last[as.character(cells$cohort)] else cells$period >= cells$cohort, ]
  columns <- paste0("c", seq_len(nrow(cells)))
  size <- numeric(nrow(cells))
  for (i in seq_len(nrow(cells))) {
    here <- !is.na(d$cohort) & d$cohort == cells$cohort[i] & d$period == cells$period[i]
    d[[columns[i]]] <- as.numeric(here)
    size[i] <- sum(d$w[here])
  }
  found <- stats::coef(least_squares(formula_of("y", c(columns, x), "level + period"), d))[columns]
  time <- cells$period - cells$cohort
  events <- vapply(sort(unique(time)), function(e) stats::weighted.mean(found[time == e], size[time == e]), 0)
  c(overall = stats::weighted.mean(found[time >= 0], size[time >= 0]),
    stats::setNames(events, paste("event", sort(unique(time)))),
    stats::setNames(found, paste("group-time", cells$cohort, cells$period)))
}
