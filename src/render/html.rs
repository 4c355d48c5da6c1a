//! The report as one page that needs nothing else: no request, no font, no library.
//!
//! The page's policy (`Content-Security-Policy`) allows the one style sheet and the one script by their SHA-256
//! and nothing more, so a name that slipped through the escaping would still not run.

mod page;
mod table;
mod terms;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment};
use sha2::{Digest, Sha256};

use super::RenderError;
use crate::table::Report;
use page::Page;

pub use table::table;

const TEMPLATE: &str = include_str!("html/page.html");
const STYLE: &str = include_str!("html/style.css");
const SCRIPT: &str = include_str!("html/page.js");

/// The report as one self-contained page.
///
/// # Errors
/// The template could not be filled in: a fault of the program.
pub fn html(report: &Report) -> Result<String, RenderError> {
    // A browser reads line breaks as `\n`, and the hashes are of what it reads.
    let (style, script) = (STYLE.replace("\r\n", "\n"), SCRIPT.replace("\r\n", "\n"));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; img-src data:; base-uri 'none'; form-action 'none'",
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
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(44);
    for three in Sha256::digest(text.as_bytes()).chunks(3) {
        let bits = three.iter().fold(0_u32, |bits, &byte| bits << 8 | u32::from(byte)) << (8 * (3 - three.len()));
        for i in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * i)) as usize & 63];
            out.push(if i <= three.len() { char::from(digit) } else { '=' });
        }
    }
    out
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
            assert!(!page.contains("NaN") && !page.contains(">49 "));
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
