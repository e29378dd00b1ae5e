//! A corpus as one file: each input behind its length (4 bytes, little endian), in the order of length and bytes.

/// The inputs of a packed corpus; what is cut off at the end is left out.
#[must_use]
pub fn unpack(mut packed: &[u8]) -> Vec<&[u8]> {
    let mut inputs = Vec::new();
    while let Some((length, rest)) = packed.split_first_chunk::<4>() {
        let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
        let Some((input, rest)) = rest.split_at_checked(length) else { break };
        inputs.push(input);
        packed = rest;
    }
    inputs
}

/// Packs inputs, each once.
#[must_use]
pub fn pack(mut inputs: Vec<Vec<u8>>) -> Vec<u8> {
    inputs.sort_by(|one, other| one.len().cmp(&other.len()).then_with(|| one.cmp(other)));
    inputs.dedup();
    let mut packed = Vec::new();
    for input in inputs {
        let length = u32::try_from(input.len()).expect("an input is short");
        packed.extend_from_slice(&length.to_le_bytes());
        packed.extend_from_slice(&input);
    }
    packed
}
