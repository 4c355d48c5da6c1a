//! Numbers that know how they change with the variance ratios: a value with its first and second derivatives.
//!
//! The recursion over nested groups is written once for plain numbers and for these; derivatives are exact, not differences.

/// The most random intercepts a model can have.
pub(super) const MOST: usize = 4;
const PAIRS: usize = MOST * (MOST + 1) / 2;

/// What the recursion over groups needs of a number.
pub(super) trait Number: Copy + Send + Sync {
    fn constant(x: f64) -> Self;
    fn plus(self, other: Self) -> Self;
    fn times(self, other: Self) -> Self;
    fn scaled(self, factor: f64) -> Self;
    fn reciprocal(self) -> Self;
    fn logarithm(self) -> Self;
}

impl Number for f64 {
    fn constant(x: f64) -> f64 {
        x
    }
    fn plus(self, other: f64) -> f64 {
        self + other
    }
    fn times(self, other: f64) -> f64 {
        self * other
    }
    fn scaled(self, factor: f64) -> f64 {
        self * factor
    }
    fn reciprocal(self) -> f64 {
        1.0 / self
    }
    fn logarithm(self) -> f64 {
        libm::log(self)
    }
}

/// A value with gradient and Hessian (upper triangle).
#[derive(Debug, Clone, Copy)]
pub(super) struct Jet {
    pub value: f64,
    gradient: [f64; MOST],
    hessian: [f64; PAIRS],
}

fn place(i: usize, j: usize) -> usize {
    let (i, j) = (i.min(j), i.max(j));
    i * MOST - i * (i + 1) / 2 + j
}

impl Jet {
    /// The variable with this number.
    pub fn variable(value: f64, which: usize) -> Jet {
        let mut jet = Jet::constant(value);
        jet.gradient[which] = 1.0;
        jet
    }

    pub fn first(&self, i: usize) -> f64 {
        self.gradient[i]
    }

    pub fn second(&self, i: usize, j: usize) -> f64 {
        self.hessian[place(i, j)]
    }

    /// f(x) by f, f' and f'' at the value.
    fn through(self, f: f64, slope: f64, bend: f64) -> Jet {
        let mut out = Jet::constant(f);
        let mut at = 0;
        for i in 0..MOST {
            out.gradient[i] = slope * self.gradient[i];
            for j in i..MOST {
                out.hessian[at] = slope * self.hessian[at] + bend * (self.gradient[i] * self.gradient[j]);
                at += 1;
            }
        }
        out
    }
}

impl Number for Jet {
    fn constant(value: f64) -> Jet {
        Jet { value, gradient: [0.0; MOST], hessian: [0.0; PAIRS] }
    }

    fn plus(mut self, other: Jet) -> Jet {
        self.value += other.value;
        self.gradient.iter_mut().zip(&other.gradient).for_each(|(a, b)| *a += b);
        self.hessian.iter_mut().zip(&other.hessian).for_each(|(a, b)| *a += b);
        self
    }

    fn times(self, other: Jet) -> Jet {
        let mut out = Jet::constant(self.value * other.value);
        let (a, b) = (self.value, other.value);
        let mut at = 0;
        for i in 0..MOST {
            out.gradient[i] = a * other.gradient[i] + b * self.gradient[i];
            for j in i..MOST {
                let mixed = self.gradient[i] * other.gradient[j] + self.gradient[j] * other.gradient[i];
                out.hessian[at] = a * other.hessian[at] + b * self.hessian[at] + mixed;
                at += 1;
            }
        }
        out
    }

    fn scaled(mut self, factor: f64) -> Jet {
        self.value *= factor;
        self.gradient.iter_mut().for_each(|x| *x *= factor);
        self.hessian.iter_mut().for_each(|x| *x *= factor);
        self
    }

    fn reciprocal(self) -> Jet {
        let r = 1.0 / self.value;
        self.through(r, -r * r, 2.0 * r * r * r)
    }

    fn logarithm(self) -> Jet {
        let r = 1.0 / self.value;
        self.through(libm::log(self.value), r, -r * r)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ln(x·y + 1/x) against its derivatives by hand.
    #[test]
    fn derivatives_are_those_of_calculus() {
        let (x, y) = (1.5, 0.7);
        let (a, b) = (Jet::variable(x, 0), Jet::variable(y, 3));
        let f = a.times(b).plus(a.reciprocal()).logarithm();
        let u = x * y + 1.0 / x;
        let (ux, uy) = (y - 1.0 / (x * x), x);
        let near = |got: f64, expected: f64| assert!((got - expected).abs() < 1e-14, "{got} is not {expected}");
        near(f.value, libm::log(u));
        near(f.first(0), ux / u);
        near(f.first(3), uy / u);
        near(f.first(1), 0.0);
        near(f.second(0, 0), 2.0 / (x * x * x) / u - ux * ux / (u * u));
        near(f.second(3, 0), 1.0 / u - ux * uy / (u * u));
        near(f.second(3, 3), -uy * uy / (u * u));
    }
}
