//! The fields that are signed, and their canonical forms (RFC 6376 §3.4.1, §3.4.2).
//!
//! A field by which a reader judges a message is named once more than it occurs, also where it does not occur at all: nobody can add another one to a
//! signed message and send it on (RFC 6376 §8.15). Fields that honest lists add are named only as often as they are there. Trace fields change on
//! every hop and are never named.

use crate::body::Form;
use message::{Field, HeaderBlock};

/// Named once more than they occur.
const OVERSIGNED: [&str; 9] =
    ["From", "To", "Cc", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Reply-To"];
/// Named once more than they occur, if they occur: a mailing list adds its own to mail without them.
const OVERSIGNED_IF_THERE: [&str; 7] = [
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "List-Subscribe",
    "List-Post",
    "List-Owner",
    "List-Archive",
];
/// Named as often as they occur.
const AS_OFTEN: [&str; 10] = [
    "Sender",
    "In-Reply-To",
    "References",
    "Content-Transfer-Encoding",
    "Content-Language",
    "Content-ID",
    "Content-Description",
    "List-Help",
    "TLS-Report-Domain",
    "TLS-Report-Submitter",
];
/// Fields of one name that are named; a message with more of them is read by nobody as it was meant.
const SAME_NAME_MAX: usize = 20;

/// The names for `h=`, in its order.
pub(crate) fn chosen(header: &[u8], block: &HeaderBlock) -> Vec<&'static str> {
    let count = |name: &str| block.count(header, name).min(SAME_NAME_MAX);
    let always = OVERSIGNED.iter().map(|name| (*name, count(name) + 1));
    let if_there = OVERSIGNED_IF_THERE.iter().filter_map(|name| match count(name) {
        0 => None,
        there => Some((*name, there + 1)),
    });
    let as_often = AS_OFTEN.iter().map(|name| (*name, count(name)));
    let counted = always.chain(if_there).chain(as_often);
    counted.flat_map(|(name, times)| core::iter::repeat_n(name, times)).collect()
}

/// Writes the canonical form of the fields that `names` choose: of those with one name the last first (RFC 6376 §5.4.2), nothing for one that is not there.
pub(crate) fn canonical<'n>(
    header: &[u8],
    block: &HeaderBlock,
    names: impl IntoIterator<Item = &'n str>,
    form: Form,
    out: &mut Vec<u8>,
) {
    let mut taken: Vec<(&str, usize)> = Vec::new();
    for name in names {
        let place = taken.iter().position(|(known, _)| known.eq_ignore_ascii_case(name));
        let place = place.unwrap_or_else(|| {
            taken.push((name, 0));
            taken.len() - 1
        });
        let before = taken[place].1;
        taken[place].1 += 1;
        let is_called = |field: &&Field| header[field.name.clone()].eq_ignore_ascii_case(name.as_bytes());
        if let Some(field) = block.fields.iter().rev().filter(is_called).nth(before) {
            whole(header, field, form, out);
            out.extend_from_slice(b"\r\n");
        }
    }
}

/// One field of a header without its line end.
pub(crate) fn whole(header: &[u8], field: &Field, form: Form, out: &mut Vec<u8>) {
    match form {
        Form::Relaxed => relaxed(&header[field.name.clone()], &header[field.value.clone()], out),
        Form::Simple => out.extend_from_slice(&header[field.name.start..field.value.end]),
    }
}

/// One field without its line end: the name in lower case, the value on one line with single blanks.
pub(crate) fn relaxed(name: &[u8], value: &[u8], out: &mut Vec<u8>) {
    out.extend(name.iter().map(u8::to_ascii_lowercase));
    out.push(b':');
    let begin = out.len();
    let mut blank = false;
    for byte in value {
        match byte {
            b' ' | b'\t' => blank = true,
            b'\r' | b'\n' => {}
            other => {
                if core::mem::take(&mut blank) && out.len() > begin {
                    out.push(b' ');
                }
                out.push(*other);
            }
        }
    }
}

#[cfg(test)]
mod tests;
