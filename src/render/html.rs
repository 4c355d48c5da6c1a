//! The report as one page that needs nothing else: no request, no font, no library.
//!
//! The page's policy (`Content-Security-Policy`) allows the one style sheet and the one script by their SHA-256
//! and nothing more, so a name that slipped through the escaping would still not run. A page that does its inference again may also
//! compile WebAssembly; what it compiles it holds itself.

mod page;
mod redo;
mod table;
mod terms;
mod unbroken;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment};
use sha2::{Digest, Sha256};

use super::RenderError;
use crate::table::{Redo, Report, base64};
use page::Page;

pub use table::table;

const TEMPLATE: &str = include_str!("html/page.html");
const STYLE: &str = include_str!("html/style.css");
const SCRIPT: &str = include_str!("html/page.js");
const REDO: &str = include_str!("html/redo.js");

/// The report as one self-contained page.
///
/// # Errors
/// The template could not be filled in: a fault of the program.
pub fn html(report: &Report) -> Result<String, RenderError> {
    // A browser reads line breaks as `\n`, and the hashes are of what it reads.
    let plain = |text: &str| text.replace("\r\n", "\n");
    // Only where the page computes may it compile what it holds.
    let computes = matches!(report.rerun.redo, Some(Redo::Here(_)));
    let (style, script) = (plain(STYLE), if computes { plain(SCRIPT) + &plain(REDO) } else { plain(SCRIPT) });
    let compile = if computes { " 'wasm-unsafe-eval'" } else { "" };
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'{compile}; img-src data:; base-uri 'none'; form-action 'none'",
        hash(&style),
        hash(&script)
    );
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    let failed = |why: minijinja::Error| RenderError::Template(format!("{why:#}"));
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build().map_err(failed)?);
    environment.add_template("page.html", TEMPLATE).map_err(failed)?;
    let page = Value::from(Serde(Page::new(report, policy, style, script)));
    let filled = environment.get_template("page.html").and_then(|template| template.render(page));
    // Characters HTML forbids, which no escaping makes harmless.
    let printable = |c: char| if c.is_control() && c != '\n' && c != '\t' { '\u{fffd}' } else { c };
    Ok(filled.map_err(failed)?.trim_start().chars().map(printable).collect())
}

/// The SHA-256 of a text in Base64, as the policy wants it.
fn hash(text: &str) -> String {
    base64::encode(&Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::samples::{NAMES, hostile_report};

    #[test]
    fn the_hash_is_that_of_the_policy() {
        assert_eq!(hash(""), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    }

    #[test]
    fn names_do_not_act_and_nothing_is_fetched() {
        for name in NAMES {
            let page = html(&hostile_report(name)).unwrap();
            assert_eq!(page.matches("<script").count(), 1);
            assert_eq!(page.matches("</script").count(), 1);
            assert_eq!(page.matches("<style").count(), 1);
            assert_eq!(page.matches("<img").count(), 0);
            // The program's letters are no words.
            let (before, after) = page.split_once("data-program=\"").unwrap();
            assert!(!before.contains("NaN") && !page.contains(">49 "));
            assert!(!after.split_once('"').unwrap().1.contains("NaN"));
            for attribute in ["src=", "href="] {
                for (at, _) in page.match_indices(&format!(" {attribute}\"")) {
                    let target = &page[at + attribute.len() + 2..];
                    assert!(target.starts_with('#') || target.starts_with("data:"), "{}", &target[..40]);
                }
            }
            assert!(!page.contains("@import") && !page.contains("url(") && !page.contains(" style=\""));
            assert!(!page.chars().any(|c| c.is_control() && c != '\n' && c != '\t'));
            assert_eq!(page, html(&hostile_report(name)).unwrap());
        }
    }

    #[test]
    fn ids_are_unique_and_anchors_lead_somewhere() {
        let page = html(&hostile_report(NAMES[0])).unwrap();
        let values = |attribute: &str| -> Vec<String> {
            page.match_indices(attribute).map(|(at, _)| page[at + attribute.len()..].split('"').next().unwrap().to_string()).collect()
        };
        let ids = values(" id=\"");
        let mut once = ids.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), ids.len(), "{ids:?}");
        assert!(ids.contains(&"key-p".to_string()));
        for target in values(" href=\"#").into_iter().chain(values(" aria-labelledby=\"")) {
            assert!(ids.contains(&target), "{target}");
        }
    }
}
