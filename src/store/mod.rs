//! The one seam to the disk: opening inputs, writing a run's folder whole or not at all, and the journal
//! of a long one.

mod archive;
mod folder;
mod input;
mod journal;

pub use archive::{is_archive, pack, unpack};
pub use folder::{Folder, OpenFile, StoreError, abandon_drafts, make_folder, read_folder, write_atomically, write_folder};
pub use input::Input;
pub use journal::{Journal, Opened};
