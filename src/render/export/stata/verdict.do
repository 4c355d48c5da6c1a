* Side by side: they agree when they differ by less than 0.000001, or that share of the estimate where it is larger than 1.
frame change compared
generate double difference = refit - run
generate byte agrees = abs(difference) <= 1e-6 * max(1, abs(run))
format run refit %14.9g
format difference %9.2g
list, noobs abbreviate(20) string(40)
assert agrees
