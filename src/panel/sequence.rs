//! A list of row numbers that is mostly just all of them.

/// Row numbers in some order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sequence {
    /// 0, 1, 2 … up to this many.
    All(u32),
    /// These.
    Listed(Vec<u32>),
}

impl Sequence {
    /// How many.
    pub fn len(&self) -> usize {
        match self {
            Sequence::All(n) => *n as usize,
            Sequence::Listed(list) => list.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number at a place.
    #[inline(always)]
    pub fn at(&self, place: usize) -> usize {
        match self {
            Sequence::All(_) => place,
            Sequence::Listed(list) => list[place] as usize,
        }
    }

    /// All numbers in order.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.len()).map(|i| self.at(i))
    }
}
