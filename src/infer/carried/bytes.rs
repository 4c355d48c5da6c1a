//! Numbers as bytes, the low one first, and back.

/// Something that is not there, or cannot be so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unreadable;

type Read<T> = Result<T, Unreadable>;

/// What is larger than this, in size, is no sum of scaled scores.
const LARGEST: f64 = 1e100;

/// Bytes being written.
#[derive(Default)]
pub(super) struct Writer(pub Vec<u8>);

impl Writer {
    pub(super) fn byte(&mut self, b: u8) {
        self.0.push(b);
    }

    pub(super) fn flag(&mut self, on: bool) {
        self.byte(u8::from(on));
    }

    pub(super) fn count(&mut self, n: usize) {
        self.0.extend((n as u64).to_le_bytes());
    }

    pub(super) fn whole(&mut self, n: i64) {
        self.0.extend(n.to_le_bytes());
    }

    pub(super) fn number(&mut self, x: f64) {
        self.0.extend(x.to_bits().to_le_bytes());
    }

    pub(super) fn numbers(&mut self, all: &[f64]) {
        all.iter().for_each(|x| self.number(*x));
    }

    pub(super) fn text(&mut self, words: &str) {
        self.count(words.len());
        self.0.extend(words.as_bytes());
    }

    pub(super) fn option<T>(&mut self, of: Option<T>, write: impl FnOnce(&mut Writer, T)) {
        self.flag(of.is_some());
        if let Some(value) = of {
            write(self, value);
        }
    }
}

/// Bytes being read. Nothing is set aside for more than there is.
pub(super) struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn take(&mut self, n: usize) -> Read<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(n).ok_or(Unreadable)?;
        self.0 = rest;
        Ok(head)
    }

    fn eight(&mut self) -> Read<[u8; 8]> {
        self.take(8)?.try_into().map_err(|_| Unreadable)
    }

    pub(super) fn byte(&mut self) -> Read<u8> {
        Ok(self.take(1)?[0])
    }

    pub(super) fn flag(&mut self) -> Read<bool> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Unreadable),
        }
    }

    /// A number of things of which each takes a byte or more.
    pub(super) fn count(&mut self) -> Read<usize> {
        let n = self.size()?;
        if n <= self.0.len() { Ok(n) } else { Err(Unreadable) }
    }

    /// A number that is just told.
    pub(super) fn size(&mut self) -> Read<usize> {
        usize::try_from(u64::from_le_bytes(self.eight()?)).map_err(|_| Unreadable)
    }

    pub(super) fn seed(&mut self) -> Read<u64> {
        Ok(u64::from_le_bytes(self.eight()?))
    }

    pub(super) fn whole(&mut self) -> Read<i64> {
        Ok(i64::from_le_bytes(self.eight()?))
    }

    pub(super) fn number(&mut self) -> Read<f64> {
        let x = f64::from_bits(u64::from_le_bytes(self.eight()?));
        if x.abs() <= LARGEST { Ok(x) } else { Err(Unreadable) }
    }

    pub(super) fn numbers(&mut self, n: usize) -> Read<Vec<f64>> {
        if n.checked_mul(8).is_none_or(|bytes| bytes > self.0.len()) {
            return Err(Unreadable);
        }
        (0..n).map(|_| self.number()).collect()
    }

    pub(super) fn text(&mut self) -> Read<String> {
        let n = self.count()?;
        String::from_utf8(self.take(n)?.to_vec()).map_err(|_| Unreadable)
    }

    pub(super) fn option<T>(&mut self, read: impl FnOnce(&mut Reader<'a>) -> Read<T>) -> Read<Option<T>> {
        if self.flag()? { read(self).map(Some) } else { Ok(None) }
    }

    /// As many as told, each by `read`.
    pub(super) fn list<T>(&mut self, n: usize, mut read: impl FnMut(&mut Reader<'a>) -> Read<T>) -> Read<Vec<T>> {
        (0..n).map(|_| read(self)).collect()
    }
}
