//! What repeats what: bytes to tokens, by lazy matching within a sliding window.
//!
//! The window is a buffer of twice the reach; it moves on by the reach once all but a little of it is behind. What lies
//! before it cannot be referred to, even if it is within reach.

/// A byte, or that many bytes as they stood that far back.
#[derive(Clone, Copy)]
pub(super) enum Token {
    Literal(u8),
    Match { length: usize, distance: usize },
}

/// How far back a match may lie.
const REACH: usize = 1 << 15;

/// Longest match.
const LONGEST: usize = 258;

/// Shortest match that is looked for.
const SHORTEST: usize = 4;

/// The buffer is filled again when there is less than this ahead.
const AHEAD: usize = SHORTEST + LONGEST;

/// Candidates that are looked at for one position.
const TRIES: usize = 128;

/// A match of this length ends the search for a longer one.
const NICE: usize = 128;

/// Behind a match of this length no longer one is looked for at the next position.
const LAZY: usize = 16;

/// A match of the shortest length must not lie further back.
const NEAR: usize = 4096;

/// Tokens of a block.
const BLOCK: usize = 1 << 14;

const HASH_BITS: u32 = 17;

/// Takes the tokens of a block.
pub(super) type Sink<'s, 'a> = dyn FnMut(&[Token], Option<&'a [u8]>) + 's;

/// Hands on the tokens of one block after the other, with the bytes they stand for unless these have left the buffer.
pub(super) fn tokens<'a>(data: &'a [u8], block: &mut Sink<'_, 'a>) {
    let mut window = Window::new(data);
    let mut found: Vec<Token> = Vec::new();
    let mut start = Some(0);
    let mut end_block = |found: &mut Vec<Token>, start: &mut Option<usize>, end: usize| {
        block(found, start.and_then(|start| data.get(start..end)));
        found.clear();
        *start = Some(end);
    };
    let (mut at, mut pending) = (0, None);
    // The match that the position before has.
    let mut before: Option<Match> = None;
    loop {
        if window.fill(at) {
            start = start.filter(|start| *start >= window.start);
        }
        let Some(byte) = data.get(at).copied() else { break };
        let candidate = window.enter(at);
        let length_before = before.map_or(SHORTEST - 1, |m| m.length);
        let mut current = None;
        if window.end - at > length_before && length_before < LAZY {
            current = candidate.and_then(|candidate| window.search(at, candidate));
        }
        if let Some(best) = before.filter(|b| current.is_none_or(|c| c.length <= b.length)) {
            found.push(Token::Match { length: best.length, distance: best.distance });
            let end = at + best.length - 1;
            for inside in at + 1..end {
                window.enter(inside);
            }
            (at, before, pending) = (end, None, None);
            if found.len() == BLOCK {
                end_block(&mut found, &mut start, at);
            }
            continue;
        }
        if let Some(literal) = pending {
            found.push(Token::Literal(literal));
            if found.len() == BLOCK {
                end_block(&mut found, &mut start, at);
            }
        }
        (at, before, pending) = (at + 1, current, Some(byte));
    }
    found.extend(pending.map(Token::Literal));
    if !found.is_empty() {
        end_block(&mut found, &mut start, at);
    }
}

#[derive(Clone, Copy)]
struct Match {
    length: usize,
    distance: usize,
}

/// The part of the data that the buffer holds, and where in it four bytes of a kind stood last.
struct Window<'a> {
    data: &'a [u8],
    start: usize,
    end: usize,
    /// For each hash the last position plus one.
    heads: Vec<usize>,
    /// For each position within reach the one before it with the same hash, plus one.
    chain: Vec<usize>,
}

impl<'a> Window<'a> {
    fn new(data: &'a [u8]) -> Self {
        let heads = vec![0; 1 << HASH_BITS];
        Self { data, start: 0, end: data.len().min(2 * REACH), heads, chain: vec![0; REACH] }
    }

    /// Moves the buffer on if there is too little ahead of a position, and more to come.
    fn fill(&mut self, at: usize) -> bool {
        let moves = self.end < self.data.len() && self.end - at < AHEAD;
        if moves {
            self.start += REACH;
            self.end = self.data.len().min(self.start + 2 * REACH);
        }
        moves
    }

    /// Enters a position, and gives the last one before it with the same hash. The last bytes of the data have none.
    fn enter(&mut self, at: usize) -> Option<usize> {
        let four = self.data.get(at..at + SHORTEST)?.first_chunk::<SHORTEST>()?;
        let hash = u32::from_be_bytes(*four).wrapping_mul(0x1e35_a7bd) >> (32 - HASH_BITS);
        let (head, previous) = (self.heads.get_mut(hash as usize)?, self.chain.get_mut(at % REACH)?);
        *previous = *head;
        *head = at + 1;
        previous.checked_sub(1)
    }

    /// The longest match of a position.
    fn search(&self, at: usize, candidate: usize) -> Option<Match> {
        let ahead = self.data.get(at..self.end.min(at + LONGEST))?;
        let furthest = at.saturating_sub(REACH).max(self.start);
        let nice = NICE.min(ahead.len());
        let mut best = None;
        let mut length = SHORTEST - 1;
        let mut candidate = candidate;
        for _ in 0..TRIES {
            if candidate < furthest {
                break;
            }
            let behind = self.data.get(candidate..)?;
            if behind.get(length) == ahead.get(length) {
                let same = behind.iter().zip(ahead).take_while(|(a, b)| a == b).count();
                let distance = at - candidate;
                if same > length && (same > SHORTEST || distance <= NEAR) {
                    (length, best) = (same, Some(Match { length: same, distance }));
                    if same >= nice {
                        break;
                    }
                }
            }
            // What the position that far back was preceded by is overwritten by now.
            if at - candidate == REACH {
                break;
            }
            let Some(next) = self.chain.get(candidate % REACH).and_then(|next| next.checked_sub(1)) else { break };
            candidate = next;
        }
        best
    }
}
