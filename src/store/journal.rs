//! A file that grows line by line and survives being killed: whatever was cut off at its end is dropped when it is opened again.

use super::StoreError;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Ends the lines that say what the journal is of.
const RULE: &str = "---";

/// A journal, open at its end and locked against a second writer.
#[derive(Debug)]
pub struct Journal {
    place: PathBuf,
    file: File,
}

/// What was found where a journal is to be.
#[derive(Debug)]
pub enum Opened<T> {
    /// The journal, and the entries it has, in order: all whole lines up to the first that is not.
    Ready(Journal, Vec<T>),
    /// A journal of something else: the lines that say of what.
    Other(Vec<String>),
}

impl Journal {
    /// Opens the journal at `place`, or begins it. `heading` says, a line each, of what; `read` reads an entry.
    ///
    /// # Errors
    /// When the disk fails, or another program writes to the journal.
    pub fn open<T>(place: &Path, heading: &[String], read: impl Fn(&str) -> Option<T>) -> Result<Opened<T>, StoreError> {
        let doing = |what: &str| format!("{what} {}", place.display());
        if let Some(parent) = place.parent().filter(|p| !p.as_os_str().is_empty()) {
            std::fs::create_dir_all(parent).map_err(|e| StoreError::new(format!("making {}", parent.display()), e))?;
        }
        let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(place);
        let mut file = opened.map_err(|e| StoreError::new(doing("opening"), e))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(StoreError::plain(format!(
                    "{} is being written by another program: let it end, or give another --out",
                    place.display()
                )));
            }
            Err(TryLockError::Error(e)) => return Err(StoreError::new(doing("locking"), e)),
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(|e| StoreError::new(doing("reading"), e))?;
        let mut head = String::new();
        for line in heading.iter().map(String::as_str).chain([RULE]) {
            head.push_str(&line.replace(['\n', '\r'], " "));
            head.push('\n');
        }
        let mut entries = Vec::new();
        let mut end = 0;
        if bytes.starts_with(head.as_bytes()) {
            end = head.len();
            while let Some(length) = bytes[end..].iter().position(|b| *b == b'\n') {
                let Some(entry) = std::str::from_utf8(&bytes[end..end + length]).ok().and_then(&read) else { break };
                entries.push(entry);
                end += length + 1;
            }
        } else if !head.as_bytes().starts_with(&bytes) {
            let text = String::from_utf8_lossy(&bytes);
            return Ok(Opened::Other(text.lines().take_while(|l| *l != RULE).map(str::to_string).collect()));
        }
        let mut journal = Journal { place: place.to_path_buf(), file };
        journal.file.set_len(end as u64).map_err(|e| StoreError::new(doing("cutting the end of"), e))?;
        journal.file.seek(SeekFrom::End(0)).map_err(|e| StoreError::new(doing("reading"), e))?;
        if end == 0 {
            journal.append(&head)?;
        }
        Ok(Opened::Ready(journal, entries))
    }

    /// Adds lines, and waits until the disk has them.
    ///
    /// # Errors
    /// When the disk is full, or writing fails.
    pub fn append(&mut self, lines: &str) -> Result<(), StoreError> {
        let written = self.file.write_all(lines.as_bytes()).and_then(|()| self.file.sync_data());
        written.map_err(|e| StoreError::new(format!("writing {}", self.place.display()), e))
    }

    /// Takes the journal away: what it was for is done.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn remove(self) -> Result<(), StoreError> {
        drop(self.file);
        std::fs::remove_file(&self.place).map_err(|e| StoreError::new(format!("removing {}", self.place.display()), e))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(place: &Path, heading: &[String]) -> Option<(Journal, Vec<u32>)> {
        match Journal::open(place, heading, |line| line.strip_suffix(';')?.parse().ok()).expect("the disk works") {
            Opened::Ready(journal, list) => Some((journal, list)),
            Opened::Other(_) => None,
        }
    }

    #[test]
    fn wherever_it_is_cut_whole_lines_stay() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path().join("deep/journal");
        let heading = vec!["seed = 1".to_string(), "level = 0.95".to_string()];
        let (mut journal, none) = entries(&place, &heading).expect("a new one");
        assert!(none.is_empty());
        journal.append("1;\n22;\n333;\n").expect("written");
        drop(journal);
        let whole = std::fs::read(&place).expect("there");
        let head = whole.len() - "1;\n22;\n333;\n".len();
        for cut in 0..=whole.len() {
            std::fs::write(&place, &whole[..cut]).expect("written");
            let (mut journal, list) = entries(&place, &heading).expect("its own");
            let expected = [3, 7, 12].iter().filter(|end| cut >= head + **end).count();
            assert_eq!(list.len(), expected, "cut at {cut}");
            journal.append(&["1;\n", "22;\n", "333;\n"][expected..].concat()).expect("written");
            drop(journal);
            assert_eq!(std::fs::read(&place).expect("there"), whole, "cut at {cut}");
        }
        std::fs::write(&place, whole.iter().map(|b| if *b == b'2' { 0 } else { *b }).collect::<Vec<u8>>()).expect("written");
        assert_eq!(entries(&place, &heading).expect("its own").1, [1], "a damaged line and what follows it are dropped");
    }

    #[test]
    fn another_journal_and_a_second_writer_are_told_apart() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path().join("journal");
        let (journal, _) = entries(&place, &["seed = 1".to_string()]).expect("a new one");
        assert!(Journal::open(&place, &["seed = 1".to_string()], |_| Some(())).is_err(), "two writers at once");
        drop(journal);
        match Journal::open(&place, &["seed = 2".to_string()], |_| Some(())).expect("the disk works") {
            Opened::Other(lines) => assert_eq!(lines, ["seed = 1"]),
            Opened::Ready(..) => panic!("another journal"),
        }
    }
}
