//! A study's check with other software, as a notebook or script. One target a file; the Python of notebook and Quarto page is the same.

pub mod ipynb;
mod python;
pub mod qmd;
pub mod r;
pub mod stata;

use crate::table::content::export::Export;

/// What a study can be exported to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A Jupyter notebook (Python).
    Ipynb,
    /// A Quarto page (Python).
    Qmd,
    /// An R script.
    R,
    /// A Stata do-file.
    Stata,
}

impl Target {
    /// Every target, in the order they are listed to users.
    pub const ALL: [Target; 4] = [Target::Ipynb, Target::Qmd, Target::R, Target::Stata];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Target::Ipynb => "ipynb",
            Target::Qmd => "qmd",
            Target::R => "r",
            Target::Stata => "stata",
        }
    }

    /// The name of its file.
    pub fn file(self) -> &'static str {
        match self {
            Target::Ipynb => "notebook.ipynb",
            Target::Qmd => "analysis.qmd",
            Target::R => "check.R",
            Target::Stata => "check.do",
        }
    }

    /// The target of this name.
    pub fn from_name(name: &str) -> Option<Target> {
        Target::ALL.into_iter().find(|t| t.name() == name)
    }

    /// The content in this form, with a newline at its end.
    pub fn render(self, export: &Export) -> String {
        match self {
            Target::Ipynb => ipynb::ipynb(export),
            Target::Qmd => qmd::qmd(export),
            Target::R => r::r(export),
            Target::Stata => stata::stata(export),
        }
    }
}

/// Words for a line of comment: no line break, no control character, nothing that ends or opens a comment.
fn comment(words: &str) -> String {
    words.chars().map(|c| if c.is_control() || "\u{2028}\u{2029}".contains(c) { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests;
