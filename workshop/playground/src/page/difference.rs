//! Which lines of a message's source were added and which are gone, for the two columns of the source view.
//!
//! Common lines at both ends are set aside; what is left is compared by its longest common subsequence while it is small enough, and
//! shown as replaced as a whole when it is not. It compares bytes by lines and knows nothing of mail.

/// What is true of one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    Same,
    /// Only in the column where it stands.
    Only,
}

/// Table cells beyond which the middle is not compared line by line.
const CELLS_MAX: usize = 4_000_000;

/// Marks for the lines of both sides.
pub(super) fn compare<T: PartialEq>(left: &[T], right: &[T]) -> (Vec<Mark>, Vec<Mark>) {
    let head = left.iter().zip(right).take_while(|(a, b)| a == b).count();
    let (left_rest, right_rest) = (&left[head..], &right[head..]);
    let tail = left_rest.iter().rev().zip(right_rest.iter().rev()).take_while(|(a, b)| a == b).count();
    let left_middle = &left_rest[..left_rest.len() - tail];
    let right_middle = &right_rest[..right_rest.len() - tail];
    let (left_marks, right_marks) = middle(left_middle, right_middle);
    let whole = |marks: Vec<Mark>| {
        let same = |count| std::iter::repeat_n(Mark::Same, count);
        same(head).chain(marks).chain(same(tail)).collect()
    };
    (whole(left_marks), whole(right_marks))
}

fn middle<T: PartialEq>(left: &[T], right: &[T]) -> (Vec<Mark>, Vec<Mark>) {
    let (mut left_marks, mut right_marks) = (vec![Mark::Only; left.len()], vec![Mark::Only; right.len()]);
    let width = right.len() + 1;
    if left.is_empty() || right.is_empty() || (left.len() + 1).saturating_mul(width) > CELLS_MAX {
        return (left_marks, right_marks);
    }
    // Cell (a, b): length of the longest common subsequence of what begins at a and at b.
    let mut table = vec![0_u32; (left.len() + 1) * width];
    for a in (0..left.len()).rev() {
        for b in (0..right.len()).rev() {
            table[a * width + b] = if left[a] == right[b] {
                table[(a + 1) * width + b + 1] + 1
            } else {
                table[(a + 1) * width + b].max(table[a * width + b + 1])
            };
        }
    }
    let (mut a, mut b) = (0, 0);
    while a < left.len() && b < right.len() {
        if left[a] == right[b] {
            left_marks[a] = Mark::Same;
            right_marks[b] = Mark::Same;
            (a, b) = (a + 1, b + 1);
        } else if table[(a + 1) * width + b] >= table[a * width + b + 1] {
            a += 1;
        } else {
            b += 1;
        }
    }
    (left_marks, right_marks)
}

#[cfg(test)]
mod tests;
