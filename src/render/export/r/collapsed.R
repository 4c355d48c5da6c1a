# A row a unit seen in every period: its mean outcome before and after the one start; the rest from the last period before.
collapsed <- function(d) {
  start <- only_start(d)
  d <- d[stats::ave(d$period, d$unit, FUN = length) == length(unique(d$period)), ]
  d <- d[order(d$unit, d$period), ]
  early <- d[d$period < start, ]
  out <- early[!duplicated(early$unit, fromLast = TRUE), ]
  out$before <- as.numeric(tapply(early$y, early$unit, mean)[out$unit])
  late <- d[d$period >= start, ]
  out$after <- as.numeric(tapply(late$y, late$unit, mean)[out$unit])
  out$change <- out$after - out$before
  out$arm <- as.numeric(!is.na(out$cohort))
  out
}
