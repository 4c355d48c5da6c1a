# Each refit returns numbers named after the effect: "overall", "event -1", "group-time 2018 2019".
tolerance <- 1e-6
compared <- data.frame()
not_compared <- data.frame()
name_of <- function(e) trimws(paste(e$estimand, e$group, e$period, if (is.null(e$group)) e$event_time))
compare <- function(at, label, outcome, estimator, packages, refit) {
  result <- results[[at]]
  stopifnot("results.json is of another study" = identical(c(result$outcome, result$estimator), c(outcome, estimator)))
  absent <- packages[!vapply(packages, has, TRUE)]
  if (length(absent)) return(leave_out(label, outcome, paste("packages that are not installed:", paste(absent, collapse = ", "))))
  found <- tryCatch(refit(), no_peer = function(why) why)
  if (inherits(found, "no_peer")) return(leave_out(label, outcome, conditionMessage(found)))
  matched <- 0
  seen <- character()
  for (e in result$effects) {
    name <- gsub(" +", " ", name_of(e))
    if (is.null(e$estimate) || name %in% seen || !name %in% names(found) || is.na(found[[name]])) next
    seen <- c(seen, name)
    matched <- matched + startsWith(name, "overall")
    compared[nrow(compared) + 1, c("outcome", "estimator", "effect", "run", "run_low", "run_high", "refit", "difference")] <<- list(
      outcome, label, e$label, e$estimate, if (is.null(e$conf_low)) NA else e$conf_low, if (is.null(e$conf_high)) NA else e$conf_high,
      found[[name]], found[[name]] - e$estimate)
  }
  if (matched == 0) stop(outcome, ", ", label, ": the overall effect was not refitted")
}
leave_out <- function(label, outcome, why) not_compared[nrow(not_compared) + 1, c("outcome", "estimator", "why")] <<- list(outcome, label, why)
no_peer <- function(why) stop(structure(class = c("no_peer", "error", "condition"), list(message = why, call = NULL)))

only_start <- function(d) {
  starts <- unique(stats::na.omit(d$cohort))
  if (length(starts) != 1) no_peer("there are several starts")
  starts
}
formula_of <- function(left, terms, absorbed = NULL) {
  stats::as.formula(paste(left, "~", paste(terms, collapse = " + "), if (!is.null(absorbed)) paste("|", absorbed)))
}
# Least squares, no row left out, fixed effects taken off to 1e-12.
least_squares <- function(formula, d) {
  fixest::feols(formula, d, weights = if (is.null(roles$weights)) NULL else ~w, fixef.rm = "none", fixef.tol = 1e-12, fixef.iter = 1e5, notes = FALSE)
}
# What each has a level of its own: the unit, or where units are not followed, the cohort.
with_level <- function(d) {
  d$level <- if (is.null(roles$unit)) ifelse(is.na(d$cohort), "never", d$cohort) else d$unit
  d
}
