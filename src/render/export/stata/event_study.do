* One number for each time since the start; their plain mean from the start on.
program define by_time, rclass
    args reference low high binned
    quietly summarize period
    drop if cohort <= r(min)
    quietly count if missing(cohort)
    if r(N) == 0 {
        display as error "nobody is never treated"
        exit 459
    }
    generate long time = period - cohort
    if "`low'" != "" & `binned' {
        replace time = max(time, `low') if !missing(time)
        replace time = min(time, `high') if !missing(time)
    }
    if "`low'" != "" & !`binned' drop if !missing(time) & (time < `low' | time > `high')
    quietly levelsof time, local(times)
    local terms ""
    local later ""
    local n = 0
    foreach e of local times {
        if `e' == `reference' continue
        local ++n
        generate byte t`n' = time == `e'
        local terms "`terms' t`n'"
        if `e' >= 0 local later "`later' t`n'"
    }
    quietly reghdfe y `terms' $X [aweight = w], absorb(group period) keepsingletons tolerance(1e-12)
    tempname total
    scalar `total' = 0
    foreach v of local later {
        scalar `total' = `total' + _b[`v']
    }
    return scalar overall = `total' / `: word count `later''
end
