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
