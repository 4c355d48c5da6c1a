//! A fit's sums as bytes. What [`super::read`] reads stands here in the same order.

use super::bytes::Writer;
use crate::estimate::{Body, Estimand, Fit, InfluenceFit, LinearCluster, LinearFit, Side, Target};
use crate::infer::Setting;
use crate::num::{Matrix, upper_triangle};

/// What the bytes begin with: what they are, and the version of their order.
pub(super) const HEAD: &[u8] = b"didact sums 1\n";

/// All kinds of effect, as they are numbered.
pub(super) const ESTIMANDS: &[Estimand] = &[
    Estimand::Overall,
    Estimand::OverallDynamic,
    Estimand::OverallGroup,
    Estimand::OverallCalendar,
    Estimand::GroupTime,
    Estimand::Group,
    Estimand::Calendar,
    Estimand::Event,
    Estimand::Quantile,
    Estimand::Bound,
    Estimand::Dose,
    Estimand::DoseSlope,
    Estimand::Coefficient,
];

/// The sides, as they are numbered.
pub(super) const SIDES: &[Side] = &[Side::Treated, Side::Comparison, Side::Both];

/// The bytes: a head, a hash of the rest, the rest.
pub(super) fn bytes(fit: &Fit, setting: &Setting<'_>) -> Vec<u8> {
    let mut out = Writer::default();
    out.number(setting.level);
    out.0.extend(setting.seed.to_le_bytes());
    out.number(fit.outcome_unit);
    [fit.n_rows, fit.n_units, fit.n_treated_units].into_iter().for_each(|n| out.count(n));
    out.count(fit.targets.len());
    for (target, estimate) in fit.targets.iter().zip(&fit.estimates) {
        write_target(&mut out, target);
        out.option(estimate.as_ref().ok(), |out, x| out.number(*x));
    }
    out.count(fit.clusters.len());
    for c in &fit.clusters {
        out.whole(i64::from(c.stratum));
        out.option(c.block, |out, b| out.whole(i64::from(b)));
        out.count(c.n_units);
        out.number(c.weight);
        side(&mut out, c.side);
    }
    setting.order_of(fit).iter().for_each(|g| out.count(*g as usize));
    match &fit.body {
        Body::Linear(body) => {
            out.byte(0);
            linear(&mut out, body);
        }
        Body::Influence(body) => {
            out.byte(1);
            influence(&mut out, body);
        }
    }
    seal(&out.0)
}

/// A body with its head and hash.
pub(super) fn seal(body: &[u8]) -> Vec<u8> {
    [HEAD, blake3::hash(body).as_bytes(), body].concat()
}

fn write_target(out: &mut Writer, t: &Target) {
    out.byte(ESTIMANDS.iter().position(|e| *e == t.estimand).unwrap_or(ESTIMANDS.len()) as u8);
    out.text(&t.label);
    [t.group, t.period, t.event_time].into_iter().for_each(|n| out.option(n, Writer::whole));
}

fn side(out: &mut Writer, side: Side) {
    out.byte(SIDES.iter().position(|s| *s == side).unwrap_or(SIDES.len()) as u8);
}

fn matrix(out: &mut Writer, m: &Matrix) {
    out.numbers(m.data());
}

fn linear(out: &mut Writer, body: &LinearFit) {
    out.count(body.beta.len());
    out.numbers(&body.beta);
    matrix(out, &body.inverse);
    for contrast in &body.contrasts {
        out.option(contrast.as_ref(), |out, c| out.numbers(c));
    }
    let d = &body.dof;
    [d.n_rows, d.nested, d.slopes, d.periods, d.full].into_iter().for_each(|n| out.count(n));
    out.flag(body.approximate_cr2);
    out.option(body.absorbed.as_ref(), |out, a| [a.leverage, a.steady, a.within_units].into_iter().for_each(|f| out.flag(f)));
    body.clusters.iter().for_each(|c| cluster(out, c));
}

fn cluster(out: &mut Writer, c: &LinearCluster) {
    out.numbers(&upper_triangle(&c.s));
    out.numbers(&c.b);
    out.option(c.weighted.as_ref(), |out, w| {
        out.numbers(&upper_triangle(&w.s0));
        out.numbers(&w.b0);
        out.numbers(&upper_triangle(&w.s2));
        out.option(w.absorbed.as_ref(), |out, units| {
            out.count(units.len());
            for u in units {
                out.numbers(&u.weights);
                out.numbers(&u.x);
                out.number(u.y);
                out.numbers(&u.x2);
            }
        });
    });
}

fn influence(out: &mut Writer, body: &InfluenceFit) {
    matrix(out, &body.influence);
    matrix(out, &body.information);
    body.sides.iter().for_each(|s| side(out, *s));
    out.option(body.ratio, |out, r| r.into_iter().for_each(|t| out.count(t)));
    out.option(body.less.as_ref(), |out, less| out.numbers(less));
    out.option(body.left.get(), |out, left| {
        for row in left {
            row.iter().for_each(|x| out.option(*x, Writer::number));
        }
    });
}
