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
