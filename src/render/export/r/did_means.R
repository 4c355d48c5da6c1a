# How much more the treated group changed than the comparison group.
did_means <- function(d) {
  if (is.null(roles$unit)) {
    d$arm <- as.numeric(!is.na(d$cohort))
    d$after <- as.numeric(d$period >= only_start(d))
    return(c(overall = stats::coef(stats::lm(y ~ arm * after, d, weights = w))[["arm:after"]]))
  }
  c <- collapsed(d)
  change <- function(arm) stats::weighted.mean(c$change[c$arm == arm], c$w[c$arm == arm])
  c(overall = change(1) - change(0))
}
