//! Results on the terminal.

use super::Common;
use crate::render::text;
use crate::study::Analysis;
use crate::table::content;

/// The estimates as a table each, with counts and warnings.
pub(super) fn analyses(analyses: &[Analysis], level: f64, common: &Common) -> String {
    let mut out = String::new();
    for analysis in analyses {
        let table = content::effects(std::slice::from_ref(analysis), level);
        out.push_str(&text::text(&table));
        out.push('\n');
        let joint = content::joint(std::slice::from_ref(analysis));
        if !joint.rows.is_empty() {
            out.push_str(&text::text(&joint));
            out.push('\n');
        }
        let components = content::components(std::slice::from_ref(analysis));
        if !components.rows.is_empty() {
            out.push_str(&text::text(&components));
            out.push('\n');
        }
        if !common.quiet {
            for w in &analysis.warnings {
                out.push_str(&format!("caution ({}): {}\n", w.code, w.message));
            }
            out.push('\n');
        }
    }
    let compared = content::comparison(analyses);
    if !compared.is_empty() {
        out.push_str("Side by side\n\n");
        compared.iter().for_each(|sentence| out.push_str(&format!("  {}\n", text::printable(sentence))));
        out.push('\n');
    }
    out
}
