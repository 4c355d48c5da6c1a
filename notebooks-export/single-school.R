# One school on its own (simulated)
#
# Did students with individual learner profiles gain more in math and reading?
#
# This script checks a finished run of didact 0.1.0 with other software: it shows the run's tables, draws its figures again,
# fits its estimates again from the students' rows, and sets the results side by side. Only estimates are compared: standard
# errors follow rules that differ between programs. It uses the packages jsonlite, ggplot2, did; what is not
# installed is left out and said.

# The run's folder, and the students' rows, seen from here.
run <- Sys.getenv("DIDACT_RUN", "single-school")
place <- Sys.getenv("DIDACT_DATA", "single-school-data/cohort.csv")
has <- function(package) requireNamespace(package, quietly = TRUE)

read_text <- function(path) paste(readLines(path, warn = FALSE, encoding = "UTF-8"), collapse = "\n")
results <- jsonlite::fromJSON(read_text(file.path(run, "results.json")), simplifyVector = FALSE)$results

# The run's tables (the first rows of each).
for (path in sort(list.files(file.path(run, "tables"), "\\.csv$", full.names = TRUE))) {
  cat("\n", basename(path), "\n", sep = "")
  print(utils::head(utils::read.csv(path, check.names = FALSE), 6))
}

# Its figures, drawn again from the CSV beside each, into figures-again/.
if (has("ggplot2")) {
  library(ggplot2)
  dir.create("figures-again", showWarnings = FALSE)
  for (path in sort(list.files(file.path(run, "figures"), "\\.csv$", full.names = TRUE))) {
    d <- utils::read.csv(path, na.strings = c("", "NA", "<suppressed>"))
    drawn <- NULL
    if ("panel" %in% names(d)) d <- d[d$panel != "sensitivity", ]
    if (all(c("event_time", "estimate") %in% names(d))) {
      drawn <- ggplot(d, aes(event_time, estimate)) + geom_hline(yintercept = 0, colour = "grey") + geom_point()
      if ("conf_low" %in% names(d)) drawn <- drawn + geom_linerange(aes(ymin = conf_low, ymax = conf_high), na.rm = TRUE)
    } else if (all(c("series", "x", "mean") %in% names(d))) {
      drawn <- ggplot(d, aes(x, mean, colour = series)) + geom_line() + geom_point()
      if ("panel" %in% names(d)) drawn <- drawn + facet_grid(panel ~ ., scales = "free_y")
    } else if (all(c("variable", "difference") %in% names(d))) {
      drawn <- ggplot(d, aes(difference, variable, colour = sample)) + geom_vline(xintercept = 0, colour = "grey") + geom_point(na.rm = TRUE)
    } else if (all(c("step", "count") %in% names(d))) {
      d$row <- rev(seq_len(nrow(d)))
      drawn <- ggplot(d, aes(count, row)) + geom_col(orientation = "y", na.rm = TRUE) +
        scale_y_continuous(breaks = d$row, labels = paste(d$group, d$step, sep = ": "), name = NULL)
    } else if (all(c("term", "estimate", "conf_low", "conf_high") %in% names(d))) {
      d$row <- rev(seq_len(nrow(d)))
      held <- if ("against" %in% names(d)) d$against[1] else 0
      drawn <- ggplot(d, aes(estimate, row)) + geom_vline(xintercept = held, colour = "grey") + geom_point() +
        geom_linerange(aes(xmin = conf_low, xmax = conf_high), na.rm = TRUE) +
        scale_y_continuous(breaks = d$row, labels = d$term, name = NULL)
    }
    if (is.null(drawn)) {
      cat(basename(path), ": no drawing here for its columns\n", sep = "")
    } else {
      name <- sub("\\.csv$", ".png", basename(path))
      ggsave(file.path("figures-again", name), drawn + ggtitle(sub("\\.csv$", "", basename(path))), width = 8, height = 4.5, dpi = 100)
    }
  }
}

# The students are simulated: the same version, world and seed give the same students.
if (!file.exists(place)) {
  command <- c("didact", "simulate", "single-school", "--seed", "20210126", "--set", "leave_rate=0.35", "--set", "leave_treated=0.6", "--population", "0")
  stopifnot(system2(command[1], shQuote(c(command[-1], "--out", dirname(place)))) == 0)
}
roles <- list(unit = "student_id", period = "year", cohort = "profile_year", cluster = "classroom_id")
kept <- list()
missing_codes <- list()
averaged <- FALSE

same <- function(value, code) {
  number <- suppressWarnings(as.numeric(code))
  value == code | (!is.na(number) & suppressWarnings(as.numeric(value)) == number)
}
read_data <- function(path) {
  name <- sub("\\.(gz|zst)$", "", path)
  if (grepl("\\.(parquet|pq)$", name)) return(as.data.frame(arrow::read_parquet(path)))
  if (grepl("\\.(arrow|feather|ipc)$", name)) return(as.data.frame(arrow::read_feather(path)))
  if (grepl("\\.dta$", name)) return(as.data.frame(haven::zap_labels(haven::read_dta(path))))
  if (grepl("\\.z?sav$", name)) return(as.data.frame(haven::zap_labels(haven::read_sav(path))))
  if (grepl("\\.xlsx?$", name)) return(as.data.frame(readxl::read_excel(path)))
  utils::read.csv(path, sep = if (grepl("\\.(tsv|tab)$", name)) "\t" else ",", check.names = FALSE, colClasses = "character",
                  na.strings = c("", "NA", "NaN", "N/A", "null"), encoding = "UTF-8")
}
rows <- read_data(place)
for (m in missing_codes) {
  for (column in if (is.null(m$column)) names(rows) else m$column) {
    hit <- same(as.character(rows[[column]]), m$code)
    rows[[column]][!is.na(hit) & hit] <- NA
  }
}
cat("\n", nrow(rows), " rows, ", ncol(rows), " columns\n", sep = "")
number <- function(column) suppressWarnings(as.numeric(rows[[column]]))

# The rows that an analysis can use: those that have everything it needs, under names of their own.
sample_rows <- function(outcome, covariates = character(), also = character()) {
  d <- data.frame(y = number(outcome))
  d$unit <- if (is.null(roles$unit)) seq_len(nrow(rows)) else as.character(rows[[roles$unit]])
  d$w <- if (is.null(roles$weights)) 1 else number(roles$weights)
  d$period <- number(if (is.null(roles$period)) roles$post else roles$period)
  needed <- c("y", "unit", "w", "period")
  if (!is.null(roles$cohort)) {
    d$cohort <- number(roles$cohort)
    d$cohort[!is.finite(d$cohort) | d$cohort == 0] <- NA
  } else if (!is.null(roles$arm)) {
    d$arm <- number(roles$arm)
    post <- if (is.null(roles$post)) as.numeric(d$period == max(d$period, na.rm = TRUE)) else number(roles$post)
    d$cohort <- ifelse(d$arm == 1, min(d$period[which(post == 1)]), NA)
    needed <- c(needed, "arm")
  } else {
    d$on <- number(roles$treatment)
    first <- tapply(ifelse(d$on == 1, d$period, Inf), d$unit, min, na.rm = TRUE)
    d$cohort <- as.numeric(first[d$unit])
    d$cohort[!is.finite(d$cohort)] <- NA
    needed <- c(needed, "on")
  }
  for (role in c("cluster", "second_cluster")) if (!is.null(roles[[role]])) {
    d[[role]] <- rows[[roles[[role]]]]
    needed <- c(needed, role)
  }
  for (column in also) d[[column]] <- utils::type.convert(as.character(rows[[column]]), as.is = TRUE)
  needed <- c(needed, also)
  x <- character()
  for (term in covariates) {
    column <- sub("^factor\\((.*)\\)$", "\\1", term)
    values <- number(column)
    if (term != column || any(is.na(values) & !is.na(rows[[column]]))) {
      for (level in sort(unique(as.character(stats::na.omit(rows[[column]]))))[-1]) {
        x <- c(x, paste0("x", length(x) + 1))
        d[[x[length(x)]]] <- as.numeric(rows[[column]] == level)
      }
    } else {
      x <- c(x, paste0("x", length(x) + 1))
      d[[x[length(x)]]] <- values
    }
  }
  keep <- rep(TRUE, nrow(rows))
  for (k in kept) keep <- keep & !is.na(rows[[k$column]]) & same(as.character(rows[[k$column]]), k$value)
  d <- d[keep & stats::complete.cases(d[c(needed, x)]) & d$w != 0, ]
  if (averaged) {
    key <- paste(d$unit, d$period, sep = "\r")
    for (column in names(d)[sapply(d, is.numeric)]) d[[column]] <- stats::ave(d[[column]], key)
    d <- d[!duplicated(key), ]
  }
  # A start after the last period is not seen: those units count as never treated.
  d$cohort[which(d$cohort > max(d$period))] <- NA
  d$treated <- as.numeric(!is.na(d$cohort) & d$period >= d$cohort)
  attr(d, "x") <- x
  d
}

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

d <- sample_rows("math", character(), character())
compare(1, "callaway-santanna", "math", "callaway-santanna", "did", function() callaway_santanna(d, "notyettreated", "dr", "varying", 0, "cross-sections", TRUE))
d <- sample_rows("reading", character(), character())
compare(2, "callaway-santanna", "reading", "callaway-santanna", "did", function() callaway_santanna(d, "notyettreated", "dr", "varying", 0, "cross-sections", TRUE))

cat("\nSide by side (they agree when they differ by less than 0.000001, or that share of the estimate):\n")
print(compared, row.names = FALSE, digits = 10)
if (nrow(not_compared)) {
  cat("\nNot fitted here:\n")
  print(not_compared, row.names = FALSE)
}
agree <- nrow(compared) == 0 || all(abs(compared$difference) <= tolerance * pmax(1, abs(compared$run)))
cat("\n", nrow(compared), " effects compared, ", nrow(not_compared), " estimates not fitted here; largest difference ",
    if (nrow(compared)) format(max(abs(compared$difference)), digits = 2) else "none", "\n", sep = "")
stopifnot("the refit differs from the run: see the table" = agree)
