//! Which elements of two sequences belong together.

/// A pair of indexes: both for elements that belong together, one for those that went or came.
pub(super) type Pair = (Option<usize>, Option<usize>);

/// Above this product of lengths the middle is not matched at all: the table would not be worth its memory.
const LIMIT: usize = 4_000_000;

/// Matches by a longest common subsequence. Where elements went and others came at the same place, `similar` ones are
/// paired as changes.
pub(super) fn align<T: PartialEq>(before: &[T], after: &[T], similar: impl Fn(&T, &T) -> bool) -> Vec<Pair> {
    let common = before.iter().zip(after).take_while(|(a, b)| a == b).count();
    let (a, b) = (before.get(common..).unwrap_or(&[]), after.get(common..).unwrap_or(&[]));
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    let (a, b) = (a.get(..a.len() - tail).unwrap_or(&[]), b.get(..b.len() - tail).unwrap_or(&[]));
    let mut pairs: Vec<Pair> = (0..common).map(|i| (Some(i), Some(i))).collect();
    let mut gap = Gap::default();
    let flush = |gap: &mut Gap, pairs: &mut Vec<Pair>| {
        let (mut gone, mut came) = (gap.gone.drain(..).peekable(), gap.came.drain(..).peekable());
        while let (Some(i), Some(j)) = (gone.peek().copied(), came.peek().copied()) {
            let alike = matches!((before.get(i), after.get(j)), (Some(x), Some(y)) if similar(x, y));
            gone.next();
            if alike {
                came.next();
                pairs.push((Some(i), Some(j)));
            } else {
                pairs.push((Some(i), None));
            }
        }
        pairs.extend(gone.map(|i| (Some(i), None)));
        pairs.extend(came.map(|j| (None, Some(j))));
    };
    let table = table(a, b);
    let length = |i: usize, j: usize| table.as_ref().and_then(|t| t.get(i * (b.len() + 1) + j)).copied().unwrap_or(0);
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        match (a.get(i), b.get(j)) {
            (Some(x), Some(y)) if table.is_some() && x == y => {
                flush(&mut gap, &mut pairs);
                pairs.push((Some(common + i), Some(common + j)));
                (i, j) = (i + 1, j + 1);
            }
            (Some(_), y) if y.is_none() || length(i + 1, j) >= length(i, j + 1) => {
                gap.gone.push(common + i);
                i += 1;
            }
            _ => {
                gap.came.push(common + j);
                j += 1;
            }
        }
    }
    flush(&mut gap, &mut pairs);
    let (a_end, b_end) = (before.len() - tail, after.len() - tail);
    pairs.extend((0..tail).map(|n| (Some(a_end + n), Some(b_end + n))));
    pairs
}

#[derive(Default)]
struct Gap {
    gone: Vec<usize>,
    came: Vec<usize>,
}

/// Lengths of the longest common subsequence of `a[i..]` and `b[j..]`, by rows.
fn table<T: PartialEq>(a: &[T], b: &[T]) -> Option<Vec<u32>> {
    if a.len().saturating_mul(b.len()) > LIMIT {
        return None;
    }
    let width = b.len() + 1;
    let mut table = vec![0u32; (a.len() + 1) * width];
    for (i, x) in a.iter().enumerate().rev() {
        for (j, y) in b.iter().enumerate().rev() {
            let at = |i: usize, j: usize| table.get(i * width + j).copied().unwrap_or(0);
            let best = if x == y { at(i + 1, j + 1) + 1 } else { at(i + 1, j).max(at(i, j + 1)) };
            if let Some(slot) = table.get_mut(i * width + j) {
                *slot = best;
            }
        }
    }
    Some(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_what_is_common_and_pairs_what_is_similar() {
        let never = |_: &i32, _: &i32| false;
        assert_eq!(
            align(&[1, 2, 3], &[1, 3, 4], never),
            [(Some(0), Some(0)), (Some(1), None), (Some(2), Some(1)), (None, Some(2))]
        );
        let always = |_: &i32, _: &i32| true;
        assert_eq!(align(&[1, 2], &[1, 3], always), [(Some(0), Some(0)), (Some(1), Some(1))]);
        assert_eq!(align(&[], &[7], never), [(None, Some(0))]);
        assert_eq!(align(&[5, 5, 5], &[5], never).len(), 3);
    }
}
