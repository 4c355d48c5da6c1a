//! A cohort as a file, CSV or Parquet, batch by batch.

use crate::cohort::{Cohort, Data};
use crate::panel::{Executor, spread};
use polars::io::parquet::write::BatchedWriter;
use polars::prelude::*;
use std::io::{self, Write};

/// Rows that one job writes as CSV.
const ROWS: usize = 20_000;

/// A file that is written batch by batch, all of the same columns.
pub enum Writing<W: Write> {
    /// CSV; missing values are empty cells.
    Csv {
        /// Where it goes.
        sink: W,
        /// Whether the line of names is written.
        begun: bool,
    },
    /// Parquet, a row group a batch.
    Parquet {
        /// Where it goes, until the columns are known.
        sink: Option<W>,
        /// The file begun.
        writer: Option<Box<BatchedWriter<W>>>,
    },
}

impl<W: Write> Writing<W> {
    /// A CSV file.
    pub fn csv(sink: W) -> Self {
        Writing::Csv { sink, begun: false }
    }

    /// A Parquet file (zstd).
    pub fn parquet(sink: W) -> Self {
        Writing::Parquet { sink: Some(sink), writer: None }
    }

    /// Adds a batch.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn push(&mut self, cohort: &Cohort, executor: &dyn Executor) -> io::Result<()> {
        match self {
            Writing::Csv { sink, begun } => {
                if !*begun {
                    sink.write_all(&record(cohort.columns.iter().map(|c| c.name.clone())))?;
                    *begun = true;
                }
                for part in spread(executor, cohort.n_rows.div_ceil(ROWS), |i| lines(cohort, i * ROWS)) {
                    sink.write_all(&part)?;
                }
                Ok(())
            }
            Writing::Parquet { sink, writer } => {
                let frame = frame(cohort)?;
                if let Some(sink) = sink.take() {
                    *writer = Some(Box::new(ParquetWriter::new(sink).batched(frame.schema()).map_err(io::Error::other)?));
                }
                writer.as_mut().map_or(Ok(()), |w| w.write_batch(&frame).map_err(io::Error::other))
            }
        }
    }

    /// Ends the file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(self) -> io::Result<()> {
        match self {
            Writing::Csv { mut sink, .. } => sink.flush(),
            Writing::Parquet { writer, .. } => writer.map_or(Ok(()), |w| w.finish().map(drop).map_err(io::Error::other)),
        }
    }
}

/// The lines of a block of rows.
fn lines(cohort: &Cohort, from: usize) -> Vec<u8> {
    let mut out = csv::Writer::from_writer(Vec::new());
    let fine = "writing to memory cannot fail";
    for row in from..(from + ROWS).min(cohort.n_rows) {
        out.write_record(cohort.columns.iter().map(|c| c.data.display(row))).expect(fine);
    }
    out.into_inner().expect(fine)
}

fn record(cells: impl Iterator<Item = String>) -> Vec<u8> {
    let mut out = csv::Writer::from_writer(Vec::new());
    let fine = "writing to memory cannot fail";
    out.write_record(cells).expect(fine);
    out.into_inner().expect(fine)
}

/// The cohort as a frame.
fn frame(cohort: &Cohort) -> io::Result<DataFrame> {
    let columns = cohort
        .columns
        .iter()
        .map(|c| {
            let name: PlSmallStr = c.name.as_str().into();
            match &c.data {
                Data::Number(v) if v.iter().any(|x| x.is_nan()) => {
                    Column::new(name, v.iter().map(|x| (!x.is_nan()).then_some(*x)).collect::<Vec<_>>())
                }
                Data::Number(v) => Column::new(name, v),
                Data::Flag(v) => Column::new(name, v.iter().map(|&f| i64::from(f)).collect::<Vec<_>>()),
                Data::Whole(w) => Column::new(name, (0..w.values.len()).map(|i| w.get(i)).collect::<Vec<_>>()),
                Data::Text(t) => Column::new(name, (0..t.codes.len()).map(|i| t.get(i)).collect::<Vec<_>>()),
            }
        })
        .collect();
    DataFrame::new(cohort.n_rows, columns).map_err(io::Error::other)
}
