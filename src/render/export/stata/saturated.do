* One regression with an effect for each cohort and period, averaged by rows over the treated ones. With reference 1, all periods but
* the last before the start (Sun and Abraham); with 0 the treated ones only (Wooldridge).
program define by_cells, rclass
    args reference
    quietly summarize period
    drop if cohort <= r(min)
    quietly levelsof cohort, local(cohorts)
    quietly levelsof period, local(periods)
    local n = 0
    local cells ""
    tempname total weight
    foreach g of local cohorts {
        local base = .
        foreach t of local periods {
            if `t' < `g' local base = `t'
        }
        foreach t of local periods {
            quietly count if cohort == `g' & period == `t'
            if r(N) == 0 continue
            if (`reference' & `t' != `base') | (!`reference' & `t' >= `g') {
                local ++n
                generate byte c`n' = cohort == `g' & period == `t'
                local cells "`cells' c`n'"
                local late`n' = `t' >= `g'
            }
        }
    }
    quietly reghdfe y `cells' $X [aweight = w], absorb(group period) keepsingletons tolerance(1e-12)
    scalar `total' = 0
    scalar `weight' = 0
    forvalues k = 1/`n' {
        if `late`k'' {
            quietly summarize w if c`k'
            scalar `total' = `total' + r(sum) * _b[c`k']
            scalar `weight' = `weight' + r(sum)
        }
    }
    return scalar overall = `total' / `weight'
end
