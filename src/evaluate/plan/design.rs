//! Designs: who is assigned by lot, how the sample is nested, and how precise the estimate then is.

use serde::Serialize;

/// Who is assigned by lot, and what the analysis compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layout {
    /// Students, one by one, from one pool (PowerUp!'s IRA).
    Students,
    /// Whole clusters with students in them (CRA2).
    Clusters,
    /// Schools with classrooms with students (CRA3).
    Schools,
    /// Classrooms within schools, schools taken as drawn from many (BCRA3r2).
    ClassroomsRandomSchools,
    /// Classrooms within schools, these schools and no others (BCRA3f2).
    ClassroomsFixedSchools,
}

/// One of the numbers that make the size of a study.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// Schools.
    Schools,
    /// Classrooms: in each school where there are schools, else in all.
    Classrooms,
    /// Students: in each classroom or cluster, or in all where nothing stands above.
    Students,
}

impl Tier {
    /// As people call it.
    pub fn noun(self) -> &'static str {
        match self {
            Tier::Schools => "schools",
            Tier::Classrooms => "classrooms",
            Tier::Students => "students",
        }
    }
}

/// How many schools, classrooms a school, students a classroom; 1 where a level is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Size {
    /// Schools.
    pub schools: u64,
    /// Classrooms in each school.
    pub classrooms: u64,
    /// Students in each classroom.
    pub students: u64,
}

impl Size {
    /// With another number at one place.
    #[must_use]
    pub fn with(mut self, tier: Tier, n: u64) -> Size {
        match tier {
            Tier::Schools => self.schools = n,
            Tier::Classrooms => self.classrooms = n,
            Tier::Students => self.students = n,
        }
        self
    }

    /// The number at one place.
    pub fn of(self, tier: Tier) -> u64 {
        match tier {
            Tier::Schools => self.schools,
            Tier::Classrooms => self.classrooms,
            Tier::Students => self.students,
        }
    }

    /// Students in all.
    pub fn n_students(self) -> f64 {
        self.schools as f64 * self.classrooms as f64 * self.students as f64
    }
}

/// A number for each level.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Levels {
    /// Between schools.
    pub school: f64,
    /// Between classrooms of a school.
    pub class: f64,
    /// Between students of a classroom.
    pub student: f64,
}

/// Everything the standard error of the effect depends on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Design {
    /// Who is assigned, and how the sample is nested.
    pub layout: Layout,
    /// The number that grows when the study grows.
    pub top: Tier,
    /// How many of everything.
    pub size: Size,
    /// The part P of the assigned units that is treated.
    pub treated_share: f64,
    /// Variance of what is analysed (a score, a gain) at each level, in SD² of the score.
    pub variance: Levels,
    /// Part of it that covariates explain, R².
    pub explained: Levels,
    /// Variance of the effect between schools, in SD² of the score (ω₃ρ₃).
    pub effect_variance: f64,
    /// Part of it that covariates of schools explain, R²_T.
    pub effect_explained: f64,
    /// Covariates at the level that counts the degrees of freedom, g.
    pub covariates: u64,
}

impl Design {
    /// The same design, larger or smaller.
    #[must_use]
    pub fn with(mut self, tier: Tier, n: u64) -> Design {
        self.size = self.size.with(tier, n);
        self
    }

    /// The number of its top units.
    pub fn n_top(&self) -> u64 {
        self.size.of(self.top)
    }

    /// How many units are assigned by lot at one drawing: all, or a school's classrooms.
    pub fn n_lot(&self) -> u64 {
        match self.layout {
            Layout::Students => self.size.schools.saturating_mul(self.size.classrooms).saturating_mul(self.size.students),
            Layout::Clusters => self.size.schools.saturating_mul(self.size.classrooms),
            Layout::Schools => self.size.schools,
            Layout::ClassroomsRandomSchools | Layout::ClassroomsFixedSchools => self.size.classrooms,
        }
    }

    /// What is assigned by lot.
    pub fn assigned(&self) -> Tier {
        match self.layout {
            Layout::Students => Tier::Students,
            Layout::Schools => Tier::Schools,
            Layout::Clusters => self.top,
            Layout::ClassroomsRandomSchools | Layout::ClassroomsFixedSchools => Tier::Classrooms,
        }
    }

    /// The squared standard error of the effect, in SD² of the score.
    ///
    /// Source: Dong and Maynard (2013), "PowerUp!", formulas of IRA, CRA2, CRA3, BCRA3r2 and of BCRA3 with fixed schools; with
    /// variances in place of shares, so that gains need no further factor.
    pub fn squared_error(&self) -> f64 {
        let (k, j, n) = (self.size.schools as f64, self.size.classrooms as f64, self.size.students as f64);
        let q = self.treated_share * (1.0 - self.treated_share);
        let left = |variance: f64, explained: f64| variance * (1.0 - explained);
        let school = left(self.variance.school, self.explained.school);
        let class = left(self.variance.class, self.explained.class);
        let student = left(self.variance.student, self.explained.student);
        let below = class / (q * j * k) + student / (q * j * k * n);
        match self.layout {
            Layout::Students => student / (q * k * j * n),
            // Its clusters are schools of one classroom, or classrooms of one school.
            Layout::Clusters => (school + class) / (q * k * j) + student / (q * k * j * n),
            Layout::Schools => school / (q * k) + below,
            Layout::ClassroomsRandomSchools => left(self.effect_variance, self.effect_explained) / k + below,
            Layout::ClassroomsFixedSchools => below,
        }
    }

    /// The standard error of the effect, in SD of the score.
    pub fn std_error(&self) -> f64 {
        libm::sqrt(self.squared_error())
    }

    /// The degrees of freedom of its t test (0 or less: there is none). Source: as [`Design::squared_error`].
    pub fn df(&self) -> f64 {
        let g = self.covariates as f64;
        let (k, j) = (self.size.schools as f64, self.size.classrooms as f64);
        match self.layout {
            Layout::Students => self.size.n_students() - g - 2.0,
            Layout::Clusters => k * j - g - 2.0,
            Layout::Schools => k - g - 2.0,
            Layout::ClassroomsRandomSchools => k - g - 1.0,
            Layout::ClassroomsFixedSchools => k * (j - 2.0) - g,
        }
    }

    /// By how much the standard error is larger than the formula's, as a share, to first order: a lot leaves covariates a little
    /// uneven between the arms, and their slopes are estimates. With g covariates and ν degrees of freedom a variance grows by
    /// g/(ν − 1).
    pub fn covariate_loss(&self) -> f64 {
        let (k, j) = (self.size.schools as f64, self.size.classrooms as f64);
        let grows = |g: f64, df: f64| if g > 0.0 && df > 1.0 { g / (df - 1.0) } else { 0.0 };
        // The classroom's own covariate has its slope within schools, or within the arms of schools.
        let rooms = match self.layout {
            Layout::Schools => k * (j - 1.0) - 1.0,
            Layout::ClassroomsRandomSchools => k * (j - 2.0) - 1.0,
            _ => 0.0,
        };
        let class = self.variance.class * (1.0 - self.explained.class) / (self.treated_share * (1.0 - self.treated_share) * k * j);
        let of_class = grows(f64::from(u8::from(self.explained.class > 0.0)), rooms) * class / self.squared_error();
        let of_top = if self.layout == Layout::ClassroomsRandomSchools { 0.0 } else { grows(self.covariates as f64, self.df()) };
        libm::sqrt(1.0 + of_class + of_top) - 1.0
    }

    /// How many of so many units are treated: the whole number next to P of them.
    pub fn treated_of(&self, n: u64) -> u64 {
        libm::round(self.treated_share * n as f64) as u64
    }

    /// Why the design cannot be analysed, if it cannot.
    pub fn obstacle(&self) -> Option<String> {
        let n = self.n_lot();
        let noun = self.assigned().noun();
        let nested = matches!(self.layout, Layout::ClassroomsRandomSchools | Layout::ClassroomsFixedSchools);
        let each = if nested { " in each school" } else { "" };
        if !nested && n < 4 {
            return Some(format!("{n} {noun} are assigned; fewer than 4 say nothing about how much {noun} differ by themselves"));
        }
        let treated = self.treated_of(n);
        if treated == 0 || treated >= n {
            let share = self.treated_share;
            return Some(format!("{share} of {n} {noun}{each} is {treated} treated: nothing to compare"));
        }
        let df = self.df();
        (df < 1.0).then(|| {
            let g = self.covariates;
            format!("the test would have {df} degrees of freedom ({noun}{each}: {n}; covariates at the top: {g})")
        })
    }
}
