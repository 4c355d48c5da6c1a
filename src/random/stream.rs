//! A stream of random numbers keyed by names.

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

/// Separates didact's keys from any other use of BLAKE3, and one version of the scheme from the next.
const DOMAIN: &[u8] = b"didact random stream v1";

/// A stream of random numbers: ChaCha with 8 rounds, keyed by (seed, path of names), on the stream numbered `index`.
///
/// Two streams that differ in seed, path or index are independent for every practical purpose; the same three give
/// the same numbers on every machine. Source of the generator: Bernstein (2008), "ChaCha, a variant of Salsa20".
///
/// ```
/// use didact::random::Stream;
/// let mut a = Stream::new(2021, &["bootstrap", "pairs"], 7);
/// let mut b = Stream::new(2021, &["bootstrap", "pairs"], 7);
/// assert_eq!(a.next_u64(), b.next_u64());
/// ```
#[derive(Debug, Clone)]
pub struct Stream {
    generator: ChaCha8Rng,
}

impl Stream {
    /// The stream of this seed, path and index.
    ///
    /// Names are length-prefixed before hashing, so `["ab", "c"]` and `["a", "bc"]` are different paths.
    /// Cost: one hash of about a hundred bytes. When many indices of one path are needed, [`Stream::at`] saves it.
    pub fn new(seed: u64, path: &[&str], index: u64) -> Stream {
        let mut hasher = blake3::Hasher::new();
        hasher.update(DOMAIN);
        hasher.update(&seed.to_le_bytes());
        hasher.update(&(path.len() as u64).to_le_bytes());
        for name in path {
            hasher.update(&(name.len() as u64).to_le_bytes());
            hasher.update(name.as_bytes());
        }
        let mut generator = ChaCha8Rng::from_seed(*hasher.finalize().as_bytes());
        generator.set_stream(index);
        Stream { generator }
    }

    /// The start of another index of the same seed and path, however many numbers this one has given.
    pub fn at(&self, index: u64) -> Stream {
        let mut generator = ChaCha8Rng::from_seed(self.generator.get_seed());
        generator.set_stream(index);
        Stream { generator }
    }

    /// The next 64 random bits.
    #[inline]
    pub fn next_u64(&mut self) -> u64 {
        self.generator.next_u64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_values_are_pinned() {
        let first = |seed, path: &[&str], index| Stream::new(seed, path, index).next_u64();
        assert_eq!(first(0, &[], 0), 13_833_568_748_601_705_193);
        assert_eq!(first(20210126, &["simulate", "belmont-cragin", "students"], 3), 17_674_966_437_258_060_822);
        assert_eq!(first(u64::MAX, &["bootstrap"], u64::MAX), 14_832_134_739_406_087_078);
    }

    #[test]
    fn key_and_index_matter_and_order_does_not() {
        let first = |seed, path: &[&str], index| Stream::new(seed, path, index).next_u64();
        assert_ne!(first(1, &["ab", "c"], 0), first(1, &["a", "bc"], 0));
        assert_ne!(first(1, &["ab"], 0), first(1, &["ab", ""], 0));
        assert_ne!(first(1, &["ab"], 0), first(2, &["ab"], 0));
        assert_ne!(first(1, &["ab"], 0), first(1, &["ab"], 1));
        let forward: Vec<u64> = (0..9).map(|i| first(5, &["x"], i)).collect();
        let backward: Vec<u64> = (0..9).rev().map(|i| first(5, &["x"], i)).collect();
        assert_eq!(forward, backward.into_iter().rev().collect::<Vec<_>>());
        let mut used = Stream::new(5, &["x"], 0);
        used.next_u64();
        assert_eq!(used.at(4).next_u64(), forward[4]);
    }
}
