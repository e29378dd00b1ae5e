//! The nearest known word to one that is not known, for errors that say what was probably meant.
//!
//! Distance is Damerau's in its restricted form (a swapped pair counts once). A word that differs in more than a third of its
//! letters is no suggestion: a wrong hint costs more than none.

/// The known word nearest to `word`, if one is near enough.
#[must_use]
pub fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let folded = word.to_lowercase();
    known
        .into_iter()
        .map(|candidate| (distance(&folded, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= (candidate.len().max(word.len()) + 1) / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// `; did you mean X?`, or nothing.
#[must_use]
pub(crate) fn hint<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    nearest(word, known).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
}

/// Longest word that is compared; longer ones have no neighbour in any of our lists.
const WORD_LEN_MAX: usize = 64;

fn distance(one: &str, other: &str) -> usize {
    let one: Vec<char> = one.chars().take(WORD_LEN_MAX).collect();
    let other: Vec<char> = other.chars().take(WORD_LEN_MAX).collect();
    let mut rows: Vec<Vec<usize>> = vec![(0..=other.len()).collect()];
    for (i, letter) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, counterpart) in other.iter().enumerate() {
            let replaced = rows[i][j] + usize::from(letter != counterpart);
            let mut best = replaced.min(rows[i][j + 1] + 1).min(row[j] + 1);
            let swapped = i > 0 && j > 0 && one[i - 1] == *counterpart && other[j - 1] == *letter;
            if swapped {
                best = best.min(rows[i - 1][j - 1] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[one.len()][other.len()]
}

#[cfg(test)]
mod tests;
