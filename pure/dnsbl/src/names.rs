//! One name for a list, however a reply or a poll calls it.

/// The name of the list's best known zone: of `zen.spamhaus.org`, `sbl.spamhaus.org` and `Spamhaus` the first.
/// One that we do not know keeps its name.
#[must_use]
pub fn list_name(said: &str) -> String {
    let said = said.trim_end_matches('.').to_ascii_lowercase();
    let known = crate::known();
    if let Some(zone) = known.iter().find(|zone| zone.name == said) {
        return zone.name.to_owned();
    }
    let is_its = |zone: &&crate::Zone| {
        let is_by_name = zone.operator.eq_ignore_ascii_case(&said);
        is_by_name || said.contains('.') && owner_of(zone.name) == owner_of(&said)
    };
    let lists_addresses = |zone: &&crate::Zone| zone.lists != crate::Lists::Domains;
    let found = known.iter().filter(lists_addresses).find(is_its);
    found.map_or(said, |zone| zone.name.to_owned())
}

/// The last two labels of a name.
fn owner_of(name: &str) -> &str {
    let dots: Vec<usize> = name.rmatch_indices('.').map(|(at, _)| at).collect();
    dots.get(1).map_or(name, |at| &name[at + 1..])
}

#[cfg(test)]
mod tests;
