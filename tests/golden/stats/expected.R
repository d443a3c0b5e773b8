# SPDX-License-Identifier: GPL-2.0-or-later
# Rscript expected.R: writes expected-r.txt from samples.txt. R 4 or later, base packages only.
# Lines: KIND NAME value...   (shift low high p; adjusted p; distributions)
show <- function(...) paste(format(c(...), digits = 17, trim = TRUE), collapse = " ")

two_sample <- function(a, b) {
  pairs <- length(a) * length(b)
  # wilcox.test() clips what it cannot reach; no interval of 95 % exists there.
  reachable <- 2 / choose(length(a) + length(b), length(a)) <= 0.05
  t <- suppressWarnings(wilcox.test(b, a, exact = TRUE, conf.int = pairs > 1, conf.level = 0.95))
  ends <- if (reachable) t$conf.int[1:2] else c(-Inf, Inf)
  c(median(outer(b, a, "-")), ends, t$p.value)
}

one_sample <- function(d) {
  n <- length(d)
  walsh <- outer(d, d, "+") / 2
  t <- suppressWarnings(wilcox.test(d, exact = TRUE, conf.int = n > 1, conf.level = 0.95))
  ends <- if (2 / 2^n <= 0.05) t$conf.int[1:2] else c(-Inf, Inf)
  c(median(walsh[upper.tri(walsh, diag = TRUE)]), ends, t$p.value)
}

out <- c()
for (line in readLines("samples.txt")) {
  field <- strsplit(line, " ")[[1]]
  kind <- field[1]
  m <- as.integer(field[3])
  a <- as.numeric(field[3 + seq_len(m)])
  if (kind %in% c("untied", "large")) {
    n <- as.integer(field[4 + m])
    b <- as.numeric(field[4 + m + seq_len(n)])
    out <- c(out, paste(kind, field[2], show(two_sample(a, b))))
  } else if (kind == "paired") {
    out <- c(out, paste(kind, field[2], show(one_sample(a))))
  } else if (kind == "adjust") {
    out <- c(out, paste("holm", field[2], show(p.adjust(a, "holm"))))
    out <- c(out, paste("bh", field[2], show(p.adjust(a, "BH"))))
  }
}
for (z in c(-8, -3, -1.5, 0, 0.3, 2, 5))
  out <- c(out, paste("pnorm", z, show(pnorm(z))))
for (p in c(1e-12, 1e-4, 0.025, 0.5, 0.8, 0.975, 0.9999))
  out <- c(out, paste("qnorm", show(p), show(qnorm(p))))
for (df in c(1, 2, 3, 5, 10, 11, 40))
  for (p in c(1e-4, 0.025, 0.3, 0.5, 0.9, 0.995)) {
    out <- c(out, paste(paste0("qt-", df), show(p), show(qt(p, df))))
    out <- c(out, paste(paste0("pt-", df), show(qt(p, df)), show(p)))
  }

# The power of a 6 + 6 rank-sum test at level 0.0125 for normal units: 20 000 simulations each.
set.seed(7)
for (effect in c(1, 2, 3)) {
  called <- replicate(20000, wilcox.test(rnorm(6) + effect, rnorm(6))$p.value <= 0.0125)
  out <- c(out, paste("power-6x6", effect, show(mean(called))))
}
for (effect in c(0.5, 1, 1.5)) {
  called <- replicate(20000, wilcox.test(rnorm(9) + effect)$p.value <= 0.05)
  out <- c(out, paste("power-9", effect, show(mean(called))))
}

# A hierarchical bootstrap, written apart from ours: 6 boots a side, 3 trials each.
shares <- list(
  base = list(c(5, 9, 7), c(12, 3, 8), c(6, 6, 9), c(10, 14, 8), c(4, 7, 7), c(9, 9, 5)),
  new = list(c(15, 11, 17), c(12, 23, 18), c(16, 6, 19), c(20, 14, 18), c(14, 17, 9), c(9, 29, 15)))
draw_boot <- function(above) sum(sample(above, replace = TRUE)) / (1000 * length(above))
draw_side <- function(side, picked) mean(sapply(side[picked], draw_boot))
tail_of <- function(n) pnorm(qt(0.025, n - 1) * sqrt(n / (n - 1)))
ends <- function(r, n) quantile(r, c(tail_of(n), 1 - tail_of(n)), type = 1)
set.seed(8)
free <- replicate(50000, {
  draw_side(shares$new, sample(6, replace = TRUE)) / draw_side(shares$base, sample(6, replace = TRUE))
})
blocked <- replicate(50000, {
  picked <- sample(6, replace = TRUE)
  draw_side(shares$new, picked) / draw_side(shares$base, picked)
})
out <- c(out, paste("bootstrap free", show(ends(free, 6))))
out <- c(out, paste("bootstrap blocked", show(ends(blocked, 6))))
writeLines(out, "expected-r.txt")
