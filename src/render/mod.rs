//! One format a file. A renderer sees typed content only; nothing here computes a result.
//!
//! Every name from the data is escaped by the rules of its format; NaN and infinities are never printed
//! (see [`crate::table::Cell::checked`]); the same content gives the same bytes.

pub mod capsule;
pub mod comparison;
pub mod csv;
pub mod docx;
pub mod export;
mod format;
pub mod html;
pub mod json;
pub mod latex;
pub mod markdown;
pub mod parquet;
pub mod pdf;
pub mod png;
pub mod svg;
pub mod text;
mod tree;
pub mod vega;
pub mod xlsx;

pub use crate::table::number;
pub use format::{FigureFormat, Files, Format, figure_files};

use std::fmt;

/// Why a page or a picture could not be made. Each is a fault of the program, not of the data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RenderError {
    /// The page's template failed.
    Template(String),
    /// The SVG could not be read.
    Svg(String),
    /// The picture has no size, or one too large to hold.
    Size,
    /// The PNG could not be encoded.
    Png(String),
    /// The JSON could not be written.
    Json(String),
    /// The PDF holds what is not drawn.
    Pdf(String),
    /// The workbook could not be written.
    Workbook(String),
    /// The document could not be written.
    Document(String),
    /// The Parquet file could not be written.
    Parquet(String),
}

impl RenderError {
    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self {
            RenderError::Template(_) => "RENDER-001",
            RenderError::Svg(_) => "RENDER-002",
            RenderError::Size => "RENDER-003",
            RenderError::Png(_) => "RENDER-004",
            RenderError::Json(_) => "RENDER-005",
            RenderError::Pdf(_) => "RENDER-006",
            RenderError::Workbook(_) => "RENDER-007",
            RenderError::Document(_) => "RENDER-008",
            RenderError::Parquet(_) => "RENDER-009",
        }
    }
}

impl fmt::Display for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RenderError::Template(why) => write!(f, "the report's page could not be filled in: {why}"),
            RenderError::Svg(why) => write!(f, "the figure is not a valid SVG: {why}"),
            RenderError::Size => write!(f, "the figure has no size, or one too large for a picture"),
            RenderError::Png(why) => write!(f, "the picture could not be encoded: {why}"),
            RenderError::Json(why) => write!(f, "the JSON could not be written: {why}"),
            RenderError::Pdf(why) => write!(f, "the figure could not be drawn as PDF: {why}"),
            RenderError::Workbook(why) => write!(f, "the workbook could not be written: {why}"),
            RenderError::Document(why) => write!(f, "the document could not be written: {why}"),
            RenderError::Parquet(why) => write!(f, "the Parquet file could not be written: {why}"),
        }
    }
}

impl std::error::Error for RenderError {}

#[cfg(test)]
pub(crate) mod samples;
