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
