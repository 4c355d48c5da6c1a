//! Numbers that know how they change with the model's parameters: a value with its first and second derivatives.
//!
//! The recursion over groups is written once for plain numbers and for these; derivatives are exact, not differences.

/// What the recursion over groups needs of a number.
pub(super) trait Number: Copy + Send + Sync {
    fn constant(x: f64) -> Self;
    fn value(self) -> f64;
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
    fn value(self) -> f64 {
        self
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

/// A value with gradient and Hessian (upper triangle) in M parameters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Jet<const M: usize> {
    value: f64,
    gradient: [f64; M],
    hessian: [[f64; M]; M],
}

impl<const M: usize> Jet<M> {
    /// The parameter with this number.
    pub fn variable(value: f64, which: usize) -> Self {
        let mut jet = Jet::constant(value);
        jet.gradient[which] = 1.0;
        jet
    }

    pub fn first(&self, i: usize) -> f64 {
        self.gradient[i]
    }

    pub fn second(&self, i: usize, j: usize) -> f64 {
        self.hessian[i.min(j)][i.max(j)]
    }

    /// f(x) by f, f' and f'' at the value.
    fn through(self, f: f64, slope: f64, bend: f64) -> Self {
        let mut out = Jet::constant(f);
        for i in 0..M {
            out.gradient[i] = slope * self.gradient[i];
            for j in i..M {
                out.hessian[i][j] = slope * self.hessian[i][j] + bend * (self.gradient[i] * self.gradient[j]);
            }
        }
        out
    }
}

impl<const M: usize> Number for Jet<M> {
    fn constant(value: f64) -> Self {
        Jet { value, gradient: [0.0; M], hessian: [[0.0; M]; M] }
    }

    fn value(self) -> f64 {
        self.value
    }

    fn plus(mut self, other: Self) -> Self {
        self.value += other.value;
        for i in 0..M {
            self.gradient[i] += other.gradient[i];
            (i..M).for_each(|j| self.hessian[i][j] += other.hessian[i][j]);
        }
        self
    }

    fn times(self, other: Self) -> Self {
        let mut out = Jet::constant(self.value * other.value);
        let (a, b) = (self.value, other.value);
        for i in 0..M {
            out.gradient[i] = a * other.gradient[i] + b * self.gradient[i];
            for j in i..M {
                let mixed = self.gradient[i] * other.gradient[j] + self.gradient[j] * other.gradient[i];
                out.hessian[i][j] = a * other.hessian[i][j] + b * self.hessian[i][j] + mixed;
            }
        }
        out
    }

    fn scaled(mut self, factor: f64) -> Self {
        self.value *= factor;
        for i in 0..M {
            self.gradient[i] *= factor;
            (i..M).for_each(|j| self.hessian[i][j] *= factor);
        }
        self
    }

    fn reciprocal(self) -> Self {
        let r = 1.0 / self.value;
        self.through(r, -r * r, 2.0 * r * r * r)
    }

    fn logarithm(self) -> Self {
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
        let (a, b) = (Jet::<4>::variable(x, 0), Jet::variable(y, 3));
        let f = a.times(b).plus(a.reciprocal()).logarithm();
        let u = x * y + 1.0 / x;
        let (ux, uy) = (y - 1.0 / (x * x), x);
        let near = |got: f64, expected: f64| assert!((got - expected).abs() < 1e-14, "{got} is not {expected}");
        near(f.value(), libm::log(u));
        near(f.first(0), ux / u);
        near(f.first(3), uy / u);
        near(f.first(1), 0.0);
        near(f.second(0, 0), 2.0 / (x * x * x) / u - ux * ux / (u * u));
        near(f.second(3, 0), 1.0 / u - ux * uy / (u * u));
        near(f.second(3, 3), -uy * uy / (u * u));
    }
}
