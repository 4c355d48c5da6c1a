//! The hierarchical bootstrap: schools are drawn, then classrooms within each, then students within each.

use super::bootstrap::{Summary, Table, in_blocks};
use super::interval::Kind;
use super::pairs::{INTERVAL, RULE};
use super::replicates::Asked;
use super::resample::{STRATIFY, Strata};
use super::{Inference, Inferred, Setting};
use crate::cohort::{Fault, Faults};
use crate::estimate::{Body, Card, Fit, Nest, OptionSpec, Options, Values};
use crate::random::{Stream, multinomial};

/// The hierarchical (nested) bootstrap.
pub struct HierarchicalBootstrap;

static CARD: Card = Card {
    id: "hierarchical-bootstrap",
    title: "hierarchical bootstrap",
    estimand: "interval from re-estimating on samples in which clusters are drawn, then the groups of each level within them (--levels), then units",
    assumptions: "each level is a sample from a larger one; with many clusters it is wider than needed, because a cluster's own mean varies already by its students",
    when: "few clusters of few students, or the question is about new students in new classrooms; else pairs-bootstrap",
    needs: "",
    contrast: "",
    options: &[
        OptionSpec { key: "replicates", values: Values::Draws { default: 999 }, meaning: "number of samples", positional: false },
        INTERVAL,
        OptionSpec {
            key: "down-to",
            values: Values::OneOf(&["units", "levels"]),
            meaning: "the last level that is drawn: units (students), or the last of --levels (classrooms), with all of its units",
            positional: false,
        },
        STRATIFY,
        RULE,
    ],
    source: "Davison and Hinkley (1997), section 3.8; Saravanan, Berman and Sober (2020)",
    reference_call: "nested draws with replacement, a fit in each",
    version: 1,
};

impl Inference for HierarchicalBootstrap {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn uses_levels(&self, _: &Options) -> bool {
        true
    }

    fn infer(&self, fit: &Fit, options: &Options, setting: &Setting<'_>) -> Result<Inferred, Faults> {
        let Body::Linear(body) = &fit.body else {
            return Err(Fault::new(
                "INF-003",
                "hierarchical-bootstrap does not exist for this estimator",
                "it is not a least-squares coefficient",
                "students are redrawn within clusters, and this estimator can be refitted under weights on whole clusters only",
                "use  pairs-bootstrap  or  fractional-bootstrap",
            )
            .into());
        };
        if body.absorbed.as_ref().is_some_and(|a| !a.within_units) {
            return Err(Fault::new(
                "INF-020",
                "hierarchical-bootstrap does not exist beside fixed effects that cross units",
                "--fixed-effects",
                "students are redrawn within clusters, and effects that several of them share would have to be estimated anew in each draw",
                "use  pairs-bootstrap,  which draws whole clusters",
            )
            .into());
        }
        let design = body.rows()?;
        let units = options.get("down-to") == "units";
        if !units && design.levels() == 0 {
            return Err(Fault::new(
                "INF-002",
                "down-to=levels needs levels",
                "options of hierarchical-bootstrap",
                "without levels between cluster and unit it would be the pairs bootstrap",
                "name them from coarse to fine:  --levels classroom_id  (levels = [\"classroom_id\"] under [roles]), or use pairs-bootstrap",
            )
            .into());
        }
        let asked = Asked::of(options);
        let summary = Summary::of(options);
        let table = Table::new(fit, body, summary.kind == Kind::Studentized);
        let groups = if units { fit.n_units } else { design.panel().levels.last().map_or(0, |l| l.start.len()) };
        asked.price(
            (groups * table.width) as f64,
            "hierarchical-bootstrap",
            format!("{} units, {} replicates", fit.n_units, options.get("replicates")),
            "every replicate draws every unit",
            "ask for fewer replicates, stop at the classrooms (down-to=levels), or use pairs-bootstrap, whose cost does not grow with students",
        )?;
        let strata = Strata::asked(fit, options, setting);
        let (nests, rows) = design.nests(units, setting.executor);
        let order = setting.order_of(fit);
        let root = Stream::new(setting.seed, &["infer", "hierarchical-bootstrap"], 0);
        let n = order.len();
        let mut out = summary.infer(fit, asked, setting, |range| {
            let scratch = || (vec![0.0; n], vec![0.0; n * table.width], table.scratch());
            in_blocks(range, setting, scratch, |r, (counts, copies, scratch)| {
                let mut stream = root.at(r as u64);
                strata.draw(&mut stream, counts);
                copies.fill(0.0);
                let mut copy = copies.chunks_exact_mut(table.width);
                for (&g, &count) in order.iter().zip(counts.iter()) {
                    for _ in 0..count as usize {
                        let sum = copy.next().expect("as many copies as clusters");
                        draw(&nests[g as usize], &rows, &mut stream, sum);
                    }
                }
                counts.fill(1.0);
                table.replicate(copies, counts, scratch)
            })
        });
        // Within clusters groups have an order of their own in each outcome: a draw is not the same for all outcomes.
        out.draws.clear();
        out.warnings.extend(strata.warning());
        Ok(out)
    }
}

/// Adds one nested draw to a sum.
fn draw(nest: &Nest, rows: &[f64], stream: &mut Stream, sum: &mut [f64]) {
    let width = sum.len();
    match nest {
        Nest::Rows(range) => multinomial(stream, range.len() as u32, |i| {
            let at = (range.start + i) * width;
            sum.iter_mut().zip(&rows[at..at + width]).for_each(|(s, x)| *s += x);
        }),
        Nest::Groups(groups) => {
            let mut chosen = Vec::with_capacity(groups.len());
            multinomial(stream, groups.len() as u32, |i| chosen.push(i));
            chosen.into_iter().for_each(|i| draw(&groups[i], rows, stream, sum));
        }
    }
}
