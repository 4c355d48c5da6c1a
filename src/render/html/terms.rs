//! Terms of the glossary found in prose, to be explained where they stand.

use serde::Serialize;

/// A piece of prose: plain, or a term with its explanation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Piece {
    /// The words as written.
    pub words: String,
    /// What they mean, where they are a term.
    pub explain: Option<String>,
}

/// Prose cut at the first occurrence of each term of the glossary; the pieces joined are the prose.
///
/// Case is ignored, a plural `s` is part of the term, and the longest term wins.
pub fn explained(prose: &str, glossary: &[(String, String)]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut used = vec![false; glossary.len()];
    let mut plain_from = 0;
    let mut at = 0;
    while at < prose.len() {
        let found = if starts_word(prose, at) { longest(prose, at, glossary, &used) } else { None };
        let Some((ix, length)) = found else {
            at += prose[at..].chars().next().map_or(1, char::len_utf8);
            continue;
        };
        if plain_from < at {
            pieces.push(Piece { words: prose[plain_from..at].to_string(), explain: None });
        }
        let words = prose[at..at + length].to_string();
        pieces.push(Piece { words, explain: Some(glossary[ix].1.clone()) });
        used[ix] = true;
        at += length;
        plain_from = at;
    }
    if plain_from < prose.len() {
        pieces.push(Piece { words: prose[plain_from..].to_string(), explain: None });
    }
    pieces
}

fn starts_word(prose: &str, at: usize) -> bool {
    !prose[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '-')
}

fn longest(prose: &str, at: usize, glossary: &[(String, String)], used: &[bool]) -> Option<(usize, usize)> {
    let ends = |length: usize| {
        let rest = &prose[at + length..];
        let mut chars = rest.chars();
        match chars.next() {
            Some('s') => (!chars.next().is_some_and(char::is_alphanumeric)).then_some(length + 1),
            Some(c) if c.is_alphanumeric() => None,
            _ => Some(length),
        }
    };
    let candidates = glossary.iter().enumerate().filter(|(ix, (term, _))| !used[*ix] && !term.is_empty());
    candidates
        .filter_map(|(ix, (term, _))| {
            let written = prose.get(at..at + term.len())?;
            written.eq_ignore_ascii_case(term).then(|| ends(term.len()).map(|length| (ix, length)))?
        })
        .max_by_key(|&(_, length)| length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_found_once_and_nothing_is_lost() {
        let glossary = [("p", "P"), ("p-value", "surprise"), ("cluster", "a group")].map(|(a, b)| (a.into(), b.into()));
        let prose = "P-values of é clusters; a cluster and clustering, p.";
        let pieces = explained(prose, &glossary);
        assert_eq!(pieces.iter().map(|p| p.words.as_str()).collect::<String>(), prose);
        let terms: Vec<&str> = pieces.iter().filter(|p| p.explain.is_some()).map(|p| p.words.as_str()).collect();
        assert_eq!(terms, ["P-values", "clusters", "p"]);
    }
}
