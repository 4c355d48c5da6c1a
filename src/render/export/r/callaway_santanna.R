# Each cohort against those not treated by then, from its own last period before the start on.
callaway_santanna <- function(d, control, method, base, anticipation, unbalanced, events) {
  if (unbalanced == "pairs") no_peer("units seen in both periods of each comparison: did has no such rule")
  x <- attr(d, "x")
  d$g <- ifelse(is.na(d$cohort), 0, d$cohort)
  d$id <- as.integer(factor(d$unit))
  followed <- !is.null(roles$unit)
  fit <- did::att_gt(
    yname = "y", tname = "period", idname = if (followed) "id", gname = "g", data = d, panel = followed,
    xformla = if (length(x)) stats::reformulate(x) else ~1, weightsname = if (!is.null(roles$weights)) "w",
    control_group = control, est_method = method, base_period = base, anticipation = anticipation,
    allow_unbalanced_panel = followed && unbalanced == "cross-sections", bstrap = FALSE, cband = FALSE
  )
  out <- stats::setNames(fit$att, paste("group-time", fit$group, fit$t))
  aggregate <- function(type) did::aggte(fit, type = type, na.rm = TRUE, bstrap = FALSE, cband = FALSE)
  out <- c(out, overall = aggregate("simple")$overall.att)
  group <- aggregate("group")
  out <- c(out, stats::setNames(group$att.egt, paste("group", group$egt)), "overall-group" = group$overall.att)
  if (events) {
    time <- aggregate("dynamic")
    out <- c(out, stats::setNames(time$att.egt, paste("event", time$egt)), "overall-dynamic" = time$overall.att)
  }
  out
}
