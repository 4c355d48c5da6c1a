"""The logit that csdid and drdid fit by statsmodels, with a stopping rule that is not felt in the seventh digit."""

import functools

import statsmodels.api as sm


def tight():
    """From here on statsmodels' GLM goes on until its deviance changes by less than 1e-13; its default is 1e-8."""
    if not hasattr(sm.GLM.fit, "tight"):
        loose = sm.GLM.fit

        @functools.wraps(loose)
        def fit(self, *args, **more):
            return loose(self, *args, **{"tol": 1e-13, "maxiter": 100, **more})

        fit.tight = True
        sm.GLM.fit = fit
