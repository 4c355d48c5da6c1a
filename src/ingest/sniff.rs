//! The shape of delimited text: compression, byte order mark, separator.

use std::io::{BufReader, Read};

/// Unpacks gzip and zstd by their first bytes, and takes off a UTF-8 byte order mark.
pub(super) fn unpack(mut reader: Box<dyn Read + Send>) -> std::io::Result<Box<dyn Read + Send>> {
    let (head, n) = peek(&mut reader)?;
    let whole = std::io::Cursor::new(head[..n].to_vec()).chain(reader);
    let mut plain: Box<dyn Read + Send> = match &head[..n] {
        [0x1f, 0x8b, ..] => Box::new(flate2::read::MultiGzDecoder::new(whole)),
        [0x28, 0xb5, 0x2f, 0xfd] => Box::new(zstd::stream::read::Decoder::new(whole)?),
        _ => Box::new(whole),
    };
    let (head, n) = peek(&mut plain)?;
    let skip = if head[..n].starts_with(&[0xef, 0xbb, 0xbf]) { 3 } else { 0 };
    Ok(Box::new(BufReader::with_capacity(1 << 18, std::io::Cursor::new(head[skip..n].to_vec()).chain(plain))))
}

/// The first bytes, up to the end of the first line and at least 64 KiB where there are as many.
pub(super) fn head(reader: &mut dyn Read) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::new();
    let mut chunk = [0u8; 1 << 14];
    while head.len() < 1 << 16 || (!head.contains(&b'\n') && head.len() < 1 << 24) {
        match reader.read(&mut chunk)? {
            0 => break,
            n => head.extend_from_slice(&chunk[..n]),
        }
    }
    Ok(head)
}

fn peek(reader: &mut dyn Read) -> std::io::Result<([u8; 4], usize)> {
    let mut head = [0u8; 4];
    let mut n = 0;
    while n < 4 {
        match reader.read(&mut head[n..])? {
            0 => break,
            k => n += k,
        }
    }
    Ok((head, n))
}

/// The separator of a header line: the one of tab, semicolon, comma, bar that occurs most outside quotes.
pub(super) fn separator(header: &[u8]) -> u8 {
    let mut best = (b',', 0);
    for candidate in *b",;\t|" {
        let mut quoted = false;
        let count = header
            .iter()
            .filter(|&&b| {
                quoted ^= b == b'"';
                b == candidate && !quoted
            })
            .count();
        if count > best.1 {
            best = (candidate, count);
        }
    }
    best.0
}
