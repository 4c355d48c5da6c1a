* Profiles taken up after the pandemic (simulated)
* Did students with individual learner profiles gain more in math and reading?
*
* This do-file checks a finished run of didact 0.1.0 with Stata 16 or later: it fits the run's overall effects again from the
* students' rows and sets them side by side. Only estimates are compared: standard errors follow rules that differ between programs.
* It needs, from SSC: ftools, reghdfe.

version 16
clear all
set more off
* The run's folder, and the students' rows, seen from here.
local run `"pandemic"'
local place `"pandemic-data/cohort.csv"'

* The run's overall effects: the first row of each estimator in tables/main-effects.csv.
frame create results
frame results: import delimited using `"`run'/tables/main-effects.csv"', varnames(1) case(preserve) encoding("utf-8") clear
frame create compared str80 outcome str120 estimator double(run refit)

program define beside
    args outcome estimator refit
    tempname number
    scalar `number' = .
    frame results {
        forvalues row = `=_N'(-1)1 {
            if outcome[`row'] == `"`outcome'"' & estimator[`row'] == `"`estimator'"' scalar `number' = estimate[`row']
        }
    }
    frame post compared (`"`outcome'"') (`"`estimator'"') (`number') (`refit')
end

* The students are simulated: the same version, world and seed give the same students. Where the file is not there:
*   didact simulate pandemic --seed 20210126 --set poverty_gap=1.5 --population 0 --out pandemic-data
confirm file `"`place'"'
import delimited using `"`place'"', varnames(1) case(preserve) encoding("utf-8") clear
egen long didact_unit = group(student_id)
generate double didact_w = 1
generate double didact_period = year
capture confirm numeric variable profile_year
if _rc destring profile_year, replace force
generate double didact_cohort = profile_year if profile_year != 0
drop if missing(school_id)
foreach column of varlist _all {
    capture confirm numeric variable `column'
    if _rc & !inlist("`column'", "", "student_id", "school_id") destring `column', replace
}
tempfile rows
foreach part in unit w period cohort {
    capture drop `part'
    rename didact_`part' `part'
}
generate double group = unit
save `"`rows'"'
global DIDACT_ROWS `"`rows'"'

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

* Means only: each cohort against those not treated by then, from its own last period before the start on.
program define means_by_cohort, rclass
    args control anticipation
    quietly summarize period
    drop if cohort <= r(min) + `anticipation'
    quietly levelsof cohort, local(cohorts)
    quietly levelsof period, local(periods)
    egen byte first_row = tag(unit)
    tempname total weight
    scalar `total' = 0
    scalar `weight' = 0
    foreach g of local cohorts {
        local base = .
        foreach t of local periods {
            if `t' < `g' - `anticipation' local base = `t'
        }
        quietly summarize w if first_row & cohort == `g'
        local size = r(sum)
        foreach t of local periods {
            if `t' < `g' continue
            local others missing(cohort)
            if "`control'" == "not-yet" local others (missing(cohort) | (cohort > `t' + `anticipation' & cohort != `g'))
            local known = 1
            local k = 0
            foreach side in "cohort == `g'" "`others'" {
                foreach when in `t' `base' {
                    local ++k
                    quietly summarize y [aweight = w] if `side' & period == `when'
                    if r(N) == 0 local known = 0
                    local mean`k' = r(mean)
                }
            }
            if `known' {
                scalar `total' = `total' + `size' * ((`mean1' - `mean2') - (`mean3' - `mean4'))
                scalar `weight' = `weight' + `size'
            }
        }
    }
    return scalar overall = `total' / `weight'
end

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

* math, callaway-santanna
sample_rows, outcome(math) covariates() also()
means_by_cohort not-yet 0
scalar refit = r(overall)
beside `"math"' `"callaway-santanna"' `=scalar(refit)'

* math, event-study
sample_rows, outcome(math) covariates() also()
by_time -1 "" "" 1
scalar refit = r(overall)
beside `"math"' `"event-study"' `=scalar(refit)'

* reading, callaway-santanna
sample_rows, outcome(reading) covariates() also()
means_by_cohort not-yet 0
scalar refit = r(overall)
beside `"reading"' `"callaway-santanna"' `=scalar(refit)'

* reading, event-study
sample_rows, outcome(reading) covariates() also()
by_time -1 "" "" 1
scalar refit = r(overall)
beside `"reading"' `"event-study"' `=scalar(refit)'


* Side by side: they agree when they differ by less than 0.000001, or that share of the estimate where it is larger than 1.
frame change compared
generate double difference = refit - run
generate byte agrees = abs(difference) <= 1e-6 * max(1, abs(run))
format run refit %14.9g
format difference %9.2g
list, noobs abbreviate(20) string(40)
assert agrees
