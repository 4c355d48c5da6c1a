//! Opening what is to be read: a file, or standard input.

use super::StoreError;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// A source of bytes that can be opened more than once.
#[derive(Debug, Clone)]
pub enum Input {
    /// A file.
    File(PathBuf),
    /// A folder of files.
    Folder(PathBuf),
    /// What came over standard input, kept.
    Bytes(std::sync::Arc<Vec<u8>>),
}

impl Input {
    /// Whether a path leads to a folder.
    pub fn is_folder(path: &str) -> bool {
        std::fs::metadata(path).is_ok_and(|m| m.is_dir())
    }

    /// A file of this name in the folder, where there is one.
    ///
    /// # Errors
    /// When the input is not a folder.
    pub fn member(&self, name: &str) -> Result<Option<Input>, StoreError> {
        match self {
            Input::Folder(folder) => {
                let path = folder.join(name);
                Ok(path.is_file().then_some(Input::File(path)))
            }
            _ => Err(StoreError::plain("a folder is needed here, not a file")),
        }
    }

    /// How many bytes there are.
    ///
    /// # Errors
    /// When it cannot be told.
    pub fn size(&self) -> Result<u64, StoreError> {
        match self {
            Input::File(path) => Ok(std::fs::metadata(path).map_err(|e| StoreError::new(format!("reading {}", path.display()), e))?.len()),
            Input::Folder(path) => Err(folder(path)),
            Input::Bytes(bytes) => Ok(bytes.len() as u64),
        }
    }

    /// A file or a folder by its path, or standard input for `-`. A folder has no bytes: reading it as a file fails.
    ///
    /// # Errors
    /// When the file is not there or cannot be read.
    pub fn open(path: &str) -> Result<Input, StoreError> {
        if path == "-" {
            let mut bytes = Vec::new();
            std::io::stdin().lock().read_to_end(&mut bytes).map_err(|e| StoreError::new("reading standard input", e))?;
            return Ok(Input::Bytes(bytes.into()));
        }
        let meta = std::fs::metadata(path).map_err(|e| StoreError::new(format!("reading {path}"), e))?;
        if meta.is_dir() {
            return Ok(Input::Folder(PathBuf::from(path)));
        }
        Ok(Input::File(PathBuf::from(path)))
    }

    /// A fresh reader from the start.
    ///
    /// # Errors
    /// When the file can no longer be opened.
    pub fn reader(&self) -> Result<Box<dyn Read + Send>, StoreError> {
        match self {
            Input::File(path) => Ok(Box::new(self.file(path)?)),
            Input::Folder(path) => Err(folder(path)),
            Input::Bytes(bytes) => Ok(Box::new(std::io::Cursor::new(bytes.as_ref().clone()))),
        }
    }

    /// The open file, where the source is one.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn file(&self, path: &Path) -> Result<File, StoreError> {
        File::open(path).map_err(|e| StoreError::new(format!("reading {}", path.display()), e))
    }

    /// All bytes.
    ///
    /// # Errors
    /// When reading fails.
    pub fn bytes(&self) -> Result<Vec<u8>, StoreError> {
        let mut out = Vec::new();
        self.reader()?.read_to_end(&mut out).map_err(|e| StoreError::new("reading the input", e))?;
        Ok(out)
    }

    /// The whole input as text.
    ///
    /// # Errors
    /// When reading fails or the bytes are not UTF-8.
    pub fn text(&self) -> Result<String, StoreError> {
        String::from_utf8(self.bytes()?).map_err(|_| StoreError::plain("the file is not UTF-8 text"))
    }
}

fn folder(path: &Path) -> StoreError {
    StoreError::plain(format!("{} is a folder, not a file", path.display()))
}
