//! Typed content without a format: cells, tables, figures as data, and the report. The only door out.
//!
//! Nothing here knows a file, a terminal or a markup. A renderer sees these types and nothing else, so no
//! renderer can print a student's row, and every format shows the same numbers.
//!
//! ```text
//! Run ─▶ Report { Answer, Notice…, Figure…, Table…, Method…, Rerun } ─▶ render
//!                                  └─ Figure::data() ─▶ Table { Column…, Cell… }
//! ```

pub mod base64;
mod cell;
pub mod content;
pub mod disclosure;
mod figure;
pub mod number;
mod redo;
mod report;
mod specification;
#[expect(clippy::module_inception, reason = "the room is named for its main noun")]
mod table;

pub use cell::{Cell, Digits};
pub use figure::{
    Against, BalanceRow, Bounds, EventPoint, Figure, FigureKind, FlowCount, FlowStage, FlowStep, ForestRow, Sensitivity, Series,
    SeriesPoint,
};
pub use redo::{Here, NotHere, Printed, Redo, Trial, TrialChoice};
pub use report::{Answer, CheckLine, KeyNumber, Level, Method, Notice, Report, Rerun};
pub use specification::{ChoiceRow, SpecificationPoint};
pub use table::{Column, Table};
