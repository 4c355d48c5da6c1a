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
