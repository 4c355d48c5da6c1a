//! A folder that appears whole or not at all: written beside its place under another name, then renamed.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// A fault of input or output.
#[derive(Debug)]
pub struct StoreError {
    /// What was being done.
    pub doing: String,
    /// What the system said.
    pub cause: Option<io::Error>,
}

impl StoreError {
    /// From a fault of the system.
    pub fn new(doing: impl Into<String>, cause: io::Error) -> Self {
        StoreError { doing: doing.into(), cause: Some(cause) }
    }

    /// From a finding of ours.
    pub fn plain(doing: impl Into<String>) -> Self {
        StoreError { doing: doing.into(), cause: None }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cause {
            Some(cause) => write!(f, "error[IO-001] {}: {cause}", self.doing),
            None => write!(f, "error[IO-001] {}", self.doing),
        }
    }
}

impl std::error::Error for StoreError {}

/// Drafts that are being written, so that an interruption can take them away.
static DRAFTS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Takes away every unfinished folder: for an interrupted program.
pub fn abandon_drafts() {
    if let Ok(drafts) = DRAFTS.lock() {
        for draft in drafts.iter() {
            let _ = std::fs::remove_dir_all(draft);
        }
    }
}

fn forget(draft: &Path) {
    if let Ok(mut drafts) = DRAFTS.lock() {
        drafts.retain(|d| d != draft);
    }
}

/// A file of a folder while it is written.
pub type OpenFile = BufWriter<File>;

/// A folder being written. Dropped without [`Folder::finish`], it leaves nothing behind.
#[derive(Debug)]
pub struct Folder {
    place: PathBuf,
    draft: Option<PathBuf>,
    files: Vec<String>,
}

impl Folder {
    /// Begins a folder at `place`.
    ///
    /// # Errors
    /// When there is something at `place` already, or the draft beside it cannot be made.
    pub fn begin(place: &Path) -> Result<Folder, StoreError> {
        if place.symlink_metadata().is_ok() {
            return Err(StoreError::plain(format!(
                "{} exists already, and a finished run is never overwritten: give another place (--out), or move the old folder away",
                place.display()
            )));
        }
        let parent = match place.parent() {
            Some(p) if !p.as_os_str().is_empty() => p,
            _ => Path::new("."),
        };
        let name =
            place.file_name().map(|n| n.to_string_lossy().into_owned()).ok_or_else(|| StoreError::plain("the output place has no name"))?;
        std::fs::create_dir_all(parent).map_err(|e| StoreError::new(format!("making {}", parent.display()), e))?;
        let draft = parent.join(format!(".{name}.unfinished-{}", std::process::id()));
        if let Ok(mut drafts) = DRAFTS.lock() {
            drafts.push(draft.clone());
        }
        std::fs::create_dir(&draft).map_err(|e| StoreError::new(format!("making {}", draft.display()), e))?;
        Ok(Folder { place: place.to_path_buf(), draft: Some(draft), files: Vec::new() })
    }

    /// Writes one file into the folder; `name` may have folders in it.
    ///
    /// # Errors
    /// When the disk is full, or writing fails.
    pub fn write(&mut self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let path = self.draft.as_ref().expect("not finished").join(name);
        let doing = || format!("writing {name}");
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|e| StoreError::new(doing(), e))?;
        }
        let mut file = std::fs::File::create_new(&path).map_err(|e| StoreError::new(doing(), e))?;
        file.write_all(bytes).and_then(|()| file.sync_data()).map_err(|e| StoreError::new(doing(), e))?;
        self.files.push(name.to_string());
        Ok(())
    }

    /// Begins a file in the folder that is written bit by bit; [`Folder::close`] ends it.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn open(&mut self, name: &str) -> Result<OpenFile, StoreError> {
        let path = self.draft.as_ref().expect("not finished").join(name);
        let file = File::create_new(&path).map_err(|e| StoreError::new(format!("writing {name}"), e))?;
        self.files.push(name.to_string());
        Ok(BufWriter::with_capacity(1 << 20, file))
    }

    /// Says that a file begun by [`Folder::open`] is whole, `ended` being how its last writing went: its bytes are on disk.
    ///
    /// # Errors
    /// When the disk is full, or writing failed.
    pub fn close(&mut self, name: &str, ended: io::Result<()>) -> Result<(), StoreError> {
        let path = self.draft.as_ref().expect("not finished").join(name);
        ended.and_then(|()| File::open(path)?.sync_data()).map_err(|e| StoreError::new(format!("writing {name}"), e))
    }

    /// Names of the files written, in order.
    pub fn files(&self) -> &[String] {
        &self.files
    }

    /// Puts the folder in its place.
    ///
    /// # Errors
    /// When something has taken the place meanwhile.
    pub fn finish(mut self) -> Result<PathBuf, StoreError> {
        let draft = self.draft.as_ref().expect("not finished");
        std::fs::rename(draft, &self.place).map_err(|e| StoreError::new(format!("putting {} in its place", self.place.display()), e))?;
        forget(draft);
        self.draft = None;
        Ok(self.place.clone())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Some(draft) = &self.draft {
            let _ = std::fs::remove_dir_all(draft);
            forget(draft);
        }
    }
}

/// Writes a whole folder of these files at `place`, and says where it is.
///
/// # Errors
/// When there is something at `place` already, or writing fails.
pub fn write_folder(place: &Path, files: &[(String, Vec<u8>)]) -> Result<PathBuf, StoreError> {
    let mut folder = Folder::begin(place)?;
    for (name, bytes) in files {
        folder.write(name, bytes)?;
    }
    folder.finish()
}

/// All files of a folder, by their names within it, sorted.
///
/// # Errors
/// When the folder is not there or a file cannot be read.
pub fn read_folder(place: &Path) -> Result<BTreeMap<String, Vec<u8>>, StoreError> {
    let mut out = BTreeMap::new();
    let mut open = vec![PathBuf::new()];
    while let Some(inner) = open.pop() {
        let here = place.join(&inner);
        let doing = |e| StoreError::new(format!("reading {}", here.display()), e);
        for entry in std::fs::read_dir(&here).map_err(doing)? {
            let entry = entry.map_err(doing)?;
            let name = inner.join(entry.file_name());
            if entry.file_type().map_err(doing)?.is_dir() {
                open.push(name);
            } else {
                let bytes = std::fs::read(entry.path()).map_err(|e| StoreError::new(format!("reading {}", entry.path().display()), e))?;
                out.insert(name.to_string_lossy().replace('\\', "/"), bytes);
            }
        }
    }
    Ok(out)
}

/// Makes a folder and those around it, where they are not there.
///
/// # Errors
/// When it cannot be made.
pub fn make_folder(place: &Path) -> Result<(), StoreError> {
    std::fs::create_dir_all(place).map_err(|e| StoreError::new(format!("making {}", place.display()), e))
}

/// Writes one file beside its place and renames it; refuses to overwrite.
///
/// # Errors
/// When there is something at `place` already, or writing fails.
pub fn write_atomically(place: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    if place.symlink_metadata().is_ok() {
        return Err(StoreError::plain(format!("{} exists already and is not overwritten", place.display())));
    }
    let name = place.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let draft = place.with_file_name(format!(".{name}.unfinished-{}", std::process::id()));
    let result = std::fs::write(&draft, bytes).and_then(|()| std::fs::rename(&draft, place));
    result.map_err(|e| {
        let _ = std::fs::remove_file(&draft);
        StoreError::new(format!("writing {}", place.display()), e)
    })
}
