# Checks of a sample by R's own functions, on classrooms.csv and students.csv: means, glm, t and noncentral t, lm, all choices of schools.
# Rscript make_checks.R > checks.json, in this folder.
suppressMessages(library(jsonlite))
out <- list(software = paste("R", getRversion()))
d <- read.csv("classrooms.csv")
d$treated <- d$profile_year > 0
b <- d[d$year == 2018, ]
p_clusters <- function(x, treated, school) {
  i <- x[treated]; c <- x[!treated]; diff <- mean(i) - mean(c)
  psi <- ifelse(treated, (x - mean(i)) / length(i), -(x - mean(c)) / length(c))
  g <- length(unique(school)); se <- sqrt(g / (g - 1) * sum(tapply(psi, school, sum)^2))
  2 * pt(-abs(diff / se), g - 2)
}
measure <- function(x) {
  i <- x[b$treated]; c <- x[!b$treated]; n <- length(x)
  s <- sqrt(((length(i) - 1) * var(i) + (length(c) - 1) * var(c)) / (n - 2))
  list(treated_mean = mean(i), treated_sd = sd(i), comparison_mean = mean(c), comparison_sd = sd(c), treated_n = length(i),
       comparison_n = length(c), g = (1 - 3 / (4 * n - 9)) * (mean(i) - mean(c)) / s, p = p_clusters(x, b$treated, b$school))
}
wide <- function(y) { w <- d[d$year == y, ]; w[order(w$classroom), ] }
pooled <- function(y1, y2) { a <- wide(y1); z <- wide(y2); r <- sapply(c(TRUE, FALSE), function(k) cor(a$math[a$treated == k], z$math[z$treated == k])); n <- sapply(c(TRUE, FALSE), function(k) sum(a$treated == k)); sum(r * n) / sum(n) }
out$balance <- list(math = measure(b$math), frl = measure(b$frl), attendance = measure(b$attendance), correlation = pooled(2018, 2019))
m <- glm(treated ~ frl + attendance, binomial, b, control = list(epsilon = 1e-14, maxit = 100))
p <- fitted(m); pt1 <- p[b$treated]; pc <- p[!b$treated]; w <- pc / (1 - pc)
probs <- c(0, .05, .25, .5, .75, .95, 1)
out$overlap <- list(outside = mean(pt1 < min(pc) | pt1 > max(pc)), effective = sum(w)^2 / sum(w^2), treated = unname(quantile(pt1, probs)), comparison = unname(quantile(pc, probs)))
late <- d$year > 2018; now <- d$year == 2018
cell <- function(k, l) d$attendance[d$treated == k & (if (l) late else now)]
dd <- (mean(cell(TRUE, TRUE)) - mean(cell(TRUE, FALSE))) - (mean(cell(FALSE, TRUE)) - mean(cell(FALSE, FALSE)))
sub <- d[late | now, ]; sub$late <- sub$year > 2018
psi <- with(sub, ifelse(treated == late, 1, -1) * (attendance - ave(attendance, treated, late)) / ave(attendance, treated, late, FUN = length))
g <- length(unique(sub$school)); se <- sqrt(g / (g - 1) * sum(tapply(psi, sub$school, sum)^2))
r <- pooled(2017, 2018); gap <- (mean(b$math[b$treated]) - mean(b$math[!b$treated])) / sd(b$math[!b$treated])
out$sample <- list(ceiling = mean(d$math == max(d$math)), floor = mean(d$math == min(d$math)), change = dd / sd(b$attendance), change_p = 2 * pt(-abs(dd / se), g - 2),
  correlation = r, gap = gap, gain = if (gap < 0) (1 - r) * abs(gap) else 0, treated_clusters = length(unique(d$school[d$treated])), comparison_clusters = length(unique(d$school[!d$treated])))
twfe <- Filter(function(c) c$id == "classrooms_twfe", fromJSON("expected.json", simplifyVector = FALSE)$cases)[[1]]$result
se <- twfe$se[[1]]; df <- twfe$df_t[[1]]; s <- sd(b$math[!b$treated])
power <- function(e, se, df) 1 - pt(qt(.975, df), df, e / se) + pt(-qt(.975, df), df, e / se)
typesm <- function(l) { z <- qnorm(.975); pw <- pnorm(l - z) + pnorm(-l - z); c(pnorm(-l - z) / pw, (l * pnorm(l - z) + dnorm(l - z) - l * pnorm(-l - z) + dnorm(l + z)) / (l * pw)) }
need <- function(e) { n <- 2; while ((qt(.975, df * n / 36) + qt(.8, df * n / 36)) * se * sqrt(36 / n) > e) n <- n + 1; n }
out$power <- list(std_error = se, df = df, sd = s, smallest = (qt(.975, df) + qt(.8, df)) * se, effects = lapply(c(.05, .10, .20), function(e) { t <- typesm(e * s / se); list(effect = e * s, power = power(e * s, se, df), type_s = t[1], type_m = t[2], clusters = need(e * s)) }))
placebo <- function(shift) {
  z <- d[(d$profile_year == 0 & d$year < 2022) | (d$profile_year > 0 & d$year < d$profile_year), ]
  z$D <- as.integer(z$profile_year > 0 & z$year >= z$profile_year - shift)
  unname(coef(lm(math ~ D + factor(classroom) + factor(year), z))["D"])
}
out$placebo_time <- c(placebo(1), placebo(2))
st <- read.csv("students.csv"); st <- st[order(st$student, st$post), ]
change <- data.frame(school = st$school[st$post == 0], arm = st$arm[st$post == 0], change = st$reading[st$post == 1] - st$reading[st$post == 0])
real <- mean(change$change[change$arm == 1]) - mean(change$change[change$arm == 0])
pool <- sort(unique(change$school[change$arm == 0])); k <- min(length(unique(change$school[change$arm == 1])), length(pool) %/% 2)
c0 <- change[change$arm == 0, ]
est <- apply(combn(pool, k), 2, function(t) mean(c0$change[c0$school %in% t]) - mean(c0$change[!(c0$school %in% t)]))
out$placebo_arm <- list(real = real, k = k, pool = length(pool), choices = length(est), share = (1 + sum(abs(est) >= abs(real) * (1 - 1e-12))) / (1 + length(est)), quantiles = unname(quantile(est, c(0, .5, 1))))
cat(toJSON(out, digits = NA, auto_unbox = TRUE, pretty = TRUE), "\n")
