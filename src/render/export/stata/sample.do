* The rows that an analysis can use: those that have everything it needs, under names of their own.
program define sample_rows
    syntax , outcome(name) [covariates(string) also(string)]
    use `"$DIDACT_ROWS"', clear
    generate double y = `outcome'
    drop if missing(y, unit, period, w) | w == 0
    foreach column of local also {
        drop if missing(`column')
    }
    local i = 0
    foreach column of local covariates {
        local ++i
        generate double x`i' = `column'
        drop if missing(x`i')
    }
    quietly summarize period
    replace cohort = . if cohort > r(max)
    generate byte treated = !missing(cohort) & period >= cohort
    generate byte arm = !missing(cohort)
    global X ""
    forvalues k = 1/`i' {
        global X "$X x`k'"
    }
end

* One start: a row a unit and side of it, of units seen in every period.
program define two_sides
    quietly summarize cohort
    if r(min) != r(max) {
        display as error "there are several starts"
        exit 459
    }
    local start = r(min)
    quietly levelsof period
    local n = r(r)
    bysort unit: keep if _N == `n'
    generate byte late = period >= `start'
    sort unit period
    foreach v of varlist w $X {
        by unit: egen double last_`v' = max(cond(late == 0 & late[_n+1] == 1, `v', .))
        replace `v' = last_`v'
        drop last_`v'
    }
    collapse (mean) y (first) arm w $X, by(unit late)
end
