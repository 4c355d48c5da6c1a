//! A look at the lengths that a Stata file declares, before its reader makes room for them: no more than the file can hold.
//!
//! Source: StataCorp, description of the `.dta` formats 113 to 119 (`help dta`): characteristics, strls, value labels.

use std::cell::RefCell;
use std::io::Read;
use std::rc::Rc;

/// Tags that may stand before a part with a length.
const TAGS: [&[u8]; 8] =
    [b"<characteristics>", b"</ch>", b"</characteristics>", b"</data>", b"<strls>", b"</strls>", b"<value_labels>", b"</lbl>"];
/// Bytes looked at: the tags and the start of a part.
const LOOK: usize = 96;

/// A reader whose next bytes can be looked at from outside.
#[derive(Clone)]
pub(super) struct Tap(Rc<RefCell<Source>>);

struct Source {
    reader: Box<dyn Read + Send>,
    ahead: Vec<u8>,
    left: u64,
}

impl Read for Tap {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let mut source = self.0.borrow_mut();
        let n = if source.ahead.is_empty() {
            source.reader.read(into)?
        } else {
            let n = into.len().min(source.ahead.len());
            into[..n].copy_from_slice(&source.ahead[..n]);
            source.ahead.drain(..n);
            n
        };
        source.left = source.left.saturating_sub(n as u64);
        Ok(n)
    }
}

impl Tap {
    /// Over a reader of this many bytes.
    pub(super) fn new(reader: Box<dyn Read + Send>, size: u64) -> Tap {
        Tap(Rc::new(RefCell::new(Source { reader, ahead: Vec::new(), left: size })))
    }

    /// Refuses a part that declares more bytes than are left. `marks`: what may begin a part, with the place of its length after it.
    pub(super) fn bounded(&self, big_endian: bool, marks: &[(&[u8], usize)]) -> std::io::Result<()> {
        let mut source = self.0.borrow_mut();
        while source.ahead.len() < LOOK {
            let mut chunk = [0u8; LOOK];
            let wanted = LOOK - source.ahead.len();
            match source.reader.read(&mut chunk[..wanted])? {
                0 => break,
                n => source.ahead.extend_from_slice(&chunk[..n]),
            }
        }
        let mut next = source.ahead.as_slice();
        while let Some(tag) = TAGS.iter().find(|tag| next.starts_with(tag)) {
            next = &next[tag.len()..];
        }
        let length = marks
            .iter()
            .find(|(mark, _)| next.starts_with(mark))
            .and_then(|(mark, at)| next.get(mark.len() + at..mark.len() + at + 4))
            .and_then(|bytes| <[u8; 4]>::try_from(bytes).ok())
            .map(|bytes| if big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) });
        match length {
            Some(n) if u64::from(n) > source.left => {
                Err(std::io::Error::other(format!("a part declares {n} bytes where {} are left", source.left)))
            }
            _ => Ok(()),
        }
    }
}
