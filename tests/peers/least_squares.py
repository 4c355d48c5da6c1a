"""pyfixest's least squares as all families call it: clusters, no row dropped, demeaning to 1e-13."""

import warnings

warnings.simplefilter("ignore")
import pyfixest as pf

# Instead of fixest's small-sample factor, the default.
NO_FACTOR = pf.ssc(k_adj=False, G_adj=False)


def feols(formula, d, weights=None, **more):
    return pf.feols(formula, d, vcov={"CRV1": "cluster"}, weights=weights, fixef_rm="none", fixef_tol=1e-13, fixef_maxiter=200_000, **more)


def weights_of(panel, column):
    return column if panel.weighted else None
