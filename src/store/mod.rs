//! The one seam to the disk: opening inputs, and writing a run's folder whole or not at all.

mod folder;
mod input;

pub use folder::{Folder, OpenFile, StoreError, abandon_drafts, read_folder, write_atomically};
pub use input::Input;
