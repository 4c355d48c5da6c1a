//! A zip archive of a folder: written with the same bytes for the same files, read with distrust.
//!
//! Written: entries sorted by name, stored without compression, dated 1980-01-01, names in UTF-8 (PKWARE APPNOTE 6.3.10, sections 4.3
//! and 4.4). Read: stored or deflated entries; names that lead out of the folder, duplicates, wrong checksums and archives that unfold
//! to more than [`LARGEST`] bytes are refused. Nothing is unpacked onto the disk.

use super::StoreError;
use std::collections::BTreeMap;
use std::io::Read;

/// The most bytes an archive may hold, unfolded.
pub const LARGEST: u64 = 2 << 30;

const LOCAL: u32 = 0x0403_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
/// 1980-01-01, the first day a zip can hold.
const DAY: u16 = 0x0021;
const UTF8: u16 = 1 << 11;

fn refused(why: &str) -> StoreError {
    StoreError::plain(format!("the archive cannot be read: {why}"))
}

fn checksum(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// The archive of these files.
///
/// # Errors
/// When there are more files, or they are larger, than a plain zip can hold.
pub fn pack(files: &BTreeMap<String, Vec<u8>>) -> Result<Vec<u8>, StoreError> {
    let most = |n: usize| u32::try_from(n).map_err(|_| StoreError::plain("the bundle would be larger than 4 GB"));
    let count = u16::try_from(files.len()).map_err(|_| StoreError::plain("the bundle would hold more than 65,535 files"))?;
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in files {
        let (at, size) = (most(out.len())?, most(bytes.len())?);
        let name_size = u16::try_from(name.len()).map_err(|_| StoreError::plain("a file's name is too long"))?;
        // What both headers say: version 2.0, names in UTF-8, stored, time and day, checksum, sizes, length of the name, nothing extra.
        let mut shared = Vec::new();
        for short in [20, UTF8, 0, 0, DAY] {
            shared.extend(u16::to_le_bytes(short));
        }
        for long in [checksum(bytes), size, size] {
            shared.extend(u32::to_le_bytes(long));
        }
        shared.extend(name_size.to_le_bytes());
        shared.extend([0, 0]);
        out.extend(LOCAL.to_le_bytes());
        out.extend(&shared);
        out.extend(name.as_bytes());
        out.extend(bytes);
        directory.extend(CENTRAL.to_le_bytes());
        directory.extend([20, 0]);
        directory.extend(&shared);
        // No comment, first disk, no attributes.
        directory.extend([0; 10]);
        directory.extend(at.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (at, size) = (most(out.len())?, most(directory.len())?);
    most(out.len() + directory.len())?;
    out.extend(directory);
    out.extend(END.to_le_bytes());
    out.extend([0; 4]);
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend(size.to_le_bytes());
    out.extend(at.to_le_bytes());
    out.extend([0, 0]);
    Ok(out)
}

/// Numbers at places in the archive.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn part(&self, at: usize, size: usize) -> Result<&'a [u8], StoreError> {
        at.checked_add(size).and_then(|end| self.0.get(at..end)).ok_or_else(|| refused("it ends too early"))
    }

    fn short(&self, at: usize) -> Result<usize, StoreError> {
        Ok(usize::from(u16::from_le_bytes(self.part(at, 2)?.try_into().expect("two bytes"))))
    }

    fn long(&self, at: usize) -> Result<u32, StoreError> {
        Ok(u32::from_le_bytes(self.part(at, 4)?.try_into().expect("four bytes")))
    }
}

/// Whether these bytes begin like a zip.
pub fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(&LOCAL.to_le_bytes()) || bytes.starts_with(&END.to_le_bytes())
}

/// The files of an archive by their names; a folder that holds all of them is taken off.
///
/// # Errors
/// What is said above.
pub fn unpack(archive: &[u8]) -> Result<BTreeMap<String, Vec<u8>>, StoreError> {
    let bytes = Bytes(archive);
    let end = END.to_le_bytes();
    // The end record is 22 bytes and a comment of at most 65,535.
    let from = archive.len().saturating_sub(22 + 65_535);
    let at =
        archive.get(from..).unwrap_or_default().windows(4).rposition(|w| w == end).ok_or_else(|| refused("it has no directory"))? + from;
    let (count, mut place) = (bytes.short(at + 10)?, bytes.long(at + 16)? as usize);
    let mut out = BTreeMap::new();
    let mut left = LARGEST;
    for _ in 0..count {
        if bytes.long(place)? != CENTRAL {
            return Err(refused("its directory is damaged"));
        }
        let (flags, method, sum) = (bytes.short(place + 8)?, bytes.short(place + 10)?, bytes.long(place + 16)?);
        let (packed, size) = (bytes.long(place + 20)? as usize, bytes.long(place + 24)?);
        let lengths = [bytes.short(place + 28)?, bytes.short(place + 30)?, bytes.short(place + 32)?];
        let local = bytes.long(place + 42)? as usize;
        let name = std::str::from_utf8(bytes.part(place + 46, lengths[0])?).map_err(|_| refused("a name in it is not UTF-8"))?;
        place += 46 + lengths.iter().sum::<usize>();
        if flags & 1 != 0 {
            return Err(refused("it is encrypted"));
        }
        let bad = name.is_empty()
            || name.starts_with('/')
            || name.contains(['\\', '\0', ':'])
            || name.trim_end_matches('/').split('/').any(|part| ["", ".", ".."].contains(&part));
        if bad {
            return Err(refused(&format!("the name {name:?} leads out of the folder")));
        }
        if name.ends_with('/') {
            continue;
        }
        if bytes.long(local)? != LOCAL {
            return Err(refused("its directory is damaged"));
        }
        left = left.checked_sub(u64::from(size)).ok_or_else(|| refused("it would unfold to more than 2 GB"))?;
        let held = bytes.part(local + 30 + bytes.short(local + 26)? + bytes.short(local + 28)?, packed)?;
        let mut content = Vec::new();
        match method {
            0 => content.extend(held),
            8 => {
                // One byte more than is declared tells that more would come.
                let mut unfolded = flate2::read::DeflateDecoder::new(held).take(u64::from(size) + 1);
                unfolded.read_to_end(&mut content).map_err(|e| StoreError::new(format!("unfolding {name}"), e))?;
            }
            _ => return Err(refused("it is packed in a way that is not known here")),
        }
        if content.len() as u64 != u64::from(size) || checksum(&content) != sum {
            return Err(refused(&format!("{name} is damaged")));
        }
        if out.insert(name.to_string(), content).is_some() {
            return Err(refused(&format!("{name} is in it twice")));
        }
    }
    Ok(without_root(out))
}

/// A folder that holds all files is taken off.
fn without_root(files: BTreeMap<String, Vec<u8>>) -> BTreeMap<String, Vec<u8>> {
    let root = files.keys().next().and_then(|n| n.split_once('/')).map(|(root, _)| format!("{root}/"));
    match root {
        Some(root) if files.keys().all(|n| n.starts_with(&root)) => {
            files.into_iter().map(|(n, b)| (n[root.len()..].to_string(), b)).collect()
        }
        _ => files,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some() -> BTreeMap<String, Vec<u8>> {
        [("r/a.txt", &b"one"[..]), ("r/t/\u{e4}.csv", b"x,y\n1,2\n"), ("r/empty", b"")].map(|(n, b)| (n.to_string(), b.to_vec())).into()
    }

    #[test]
    fn what_is_packed_is_unpacked_and_has_the_same_bytes() {
        let packed = pack(&some()).expect("small");
        assert_eq!(packed, pack(&some()).expect("small"));
        assert!(is_archive(&packed));
        let files = unpack(&packed).expect("whole");
        assert_eq!(files.keys().map(String::as_str).collect::<Vec<_>>(), ["a.txt", "empty", "t/\u{e4}.csv"]);
        assert_eq!(files["a.txt"], b"one");
    }

    #[test]
    fn damage_anywhere_is_noticed_or_harmless() {
        let packed = pack(&some()).expect("small");
        let whole = unpack(&packed).expect("whole");
        for at in 0..packed.len() {
            let mut damaged = packed.clone();
            damaged[at] ^= 0x41;
            if let Ok(files) = unpack(&damaged) {
                // Only what says nothing of the content can have changed: dates, versions, a name.
                assert!(files.values().all(|a| whole.values().any(|b| a == b)), "byte {at}");
            }
            let _ = unpack(&packed[..at]);
        }
    }

    #[test]
    fn names_that_lead_out_are_refused() {
        for name in ["../x", "/etc/x", "a/../../x", "a\\..\\x", "C:x", "a//x", "./x", "a/./x"] {
            let packed = pack(&[(name.to_string(), b"x".to_vec())].into()).expect("small");
            let error = unpack(&packed).expect_err(name).to_string();
            assert!(error.contains("leads out"), "{name}: {error}");
        }
    }

    #[test]
    fn a_file_that_unfolds_to_more_than_it_says_is_refused() {
        use std::io::Write;
        let mut deflated = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
        deflated.write_all(&vec![0; 1 << 20]).expect("in memory");
        let deflated = deflated.finish().expect("in memory");
        let mut packed = pack(&[("x".to_string(), deflated.clone())].into()).expect("small");
        // Both headers: deflated; the directory's size stays that of the packed bytes.
        let directory = packed.len() - 22 - 47;
        packed[8] = 8;
        packed[directory + 10] = 8;
        assert!(unpack(&packed).expect_err("too much").to_string().contains("damaged"));
    }
}
