//! A hash of the content that does not depend on the order of rows.

use super::{Cohort, Data};

impl Cohort {
    /// BLAKE3 of the columns read, whatever the order of rows and columns and whatever the file format: the hashes of the rows
    /// are added up, and the sum is hashed with the columns' names.
    pub fn fingerprint(&self) -> String {
        let mut order: Vec<usize> = (0..self.columns.len()).collect();
        order.sort_by(|&a, &b| self.columns[a].name.cmp(&self.columns[b].name));
        let mut sum = [0u64; 4];
        let mut row_bytes = Vec::new();
        for row in 0..self.n_rows {
            row_bytes.clear();
            for &c in &order {
                match &self.columns[c].data {
                    data if data.is_missing(row) => row_bytes.push(0),
                    Data::Text(t) => {
                        let text = t.get(row).unwrap_or_default();
                        row_bytes.push(2);
                        row_bytes.extend_from_slice(&(text.len() as u64).to_le_bytes());
                        row_bytes.extend_from_slice(text.as_bytes());
                    }
                    // Beyond 2⁵³ neighbouring whole numbers share a float: those are written out.
                    Data::Whole(w) if w.values.at(row).unsigned_abs() > 1 << 53 => {
                        row_bytes.push(3);
                        row_bytes.extend_from_slice(&w.values.at(row).to_le_bytes());
                    }
                    data => {
                        row_bytes.push(1);
                        row_bytes.extend_from_slice(&(data.number(row).unwrap_or(0.0) + 0.0).to_bits().to_le_bytes());
                    }
                }
            }
            let hash = blake3::hash(&row_bytes);
            for (lane, bytes) in sum.iter_mut().zip(hash.as_bytes().chunks_exact(8)) {
                *lane = lane.wrapping_add(u64::from_le_bytes(bytes.try_into().expect("eight bytes")));
            }
        }
        let mut all = blake3::Hasher::new();
        for &c in &order {
            all.update(&(self.columns[c].name.len() as u64).to_le_bytes());
            all.update(self.columns[c].name.as_bytes());
        }
        all.update(&(self.n_rows as u64).to_le_bytes());
        sum.iter().for_each(|lane| {
            all.update(&lane.to_le_bytes());
        });
        all.finalize().to_hex().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cohort::{Column, Wholes};

    fn cohort(values: &[i64]) -> Cohort {
        let mut c = Cohort::default();
        c.push(Column { name: "x".into(), data: Data::Whole(Wholes::complete(values.to_vec())) });
        c
    }

    #[test]
    fn order_does_not_matter_and_content_does() {
        assert_eq!(cohort(&[1, 2, 2]).fingerprint(), cohort(&[2, 1, 2]).fingerprint());
        assert_ne!(cohort(&[1, 2, 2]).fingerprint(), cohort(&[1, 1, 2]).fingerprint());
        assert_ne!(cohort(&[1, 2]).fingerprint(), cohort(&[1, 2, 2]).fingerprint());
    }
}
