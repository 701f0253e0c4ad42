//! Who waits for whom while a plan is carried out.

use crate::plan::Step;

/// The steps of a plan and, behind them, its gates: numbers below `steps` are steps.
pub(super) struct Schedule {
    steps: usize,
    /// How many each still waits for.
    waits: Vec<usize>,
    /// Who waits for each.
    next: Vec<Vec<usize>>,
    /// How many steps follow one another behind each: the longest chain is started first.
    chain: Vec<usize>,
}

impl Schedule {
    pub fn of(steps: &[Step], gates: &[Vec<usize>]) -> Self {
        let (steps_in_all, all) = (steps.len(), steps.len() + gates.len());
        let mut schedule =
            Self { steps: steps_in_all, waits: vec![0; all], next: vec![Vec::new(); all], chain: vec![0; all] };
        for (n, step) in steps.iter().enumerate() {
            let gates = step.gates.iter().map(|gate| steps_in_all + gate);
            step.after.iter().copied().chain(gates).for_each(|before| schedule.edge(before, n));
        }
        for (gate, members) in gates.iter().enumerate() {
            members.iter().for_each(|before| schedule.edge(*before, steps_in_all + gate));
        }
        schedule.measure();
        schedule
    }

    fn edge(&mut self, before: usize, after: usize) {
        self.waits[after] += 1;
        self.next[before].push(after);
    }

    /// Lengths of chains, from their ends. Without recursion: a chain may have as many links as there are steps.
    fn measure(&mut self) {
        let mut open = self.waits.clone();
        let mut order: Vec<usize> = (0..open.len()).filter(|n| open[*n] == 0).collect();
        let mut at = 0;
        while let Some(n) = order.get(at).copied() {
            at += 1;
            for after in &self.next[n] {
                open[*after] -= 1;
                if open[*after] == 0 {
                    order.push(*after);
                }
            }
        }
        for n in order.into_iter().rev() {
            let behind = self.next[n].iter().map(|m| self.chain[*m] + usize::from(*m < self.steps)).max();
            self.chain[n] = behind.unwrap_or(0);
        }
    }

    /// Steps that wait for nothing.
    pub fn first(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.steps).filter(|n| self.waits[*n] == 0)
    }

    /// Steps that have nothing left to wait for now that one has succeeded.
    pub fn succeeded(&mut self, n: usize) -> Vec<usize> {
        let mut ready = Vec::new();
        let mut done = vec![n];
        while let Some(n) = done.pop() {
            for i in 0..self.next[n].len() {
                let after = self.next[n][i];
                self.waits[after] -= 1;
                if self.waits[after] == 0 {
                    if after < self.steps { ready.push(after) } else { done.push(after) }
                }
            }
        }
        ready
    }

    pub fn chain(&self, n: usize) -> usize {
        self.chain[n]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Step, StepKind};

    fn step(after: &[usize], gates: &[usize]) -> Step {
        Step { change: 0, kind: StepKind::Create, after: after.to_vec(), gates: gates.to_vec() }
    }

    #[test]
    fn a_gate_opens_when_all_in_it_have_succeeded() {
        let steps = vec![step(&[], &[]), step(&[], &[]), step(&[], &[0]), step(&[2], &[0]), step(&[], &[])];
        let mut schedule = Schedule::of(&steps, &[vec![0, 1]]);
        assert_eq!(schedule.first().collect::<Vec<_>>(), [0, 1, 4]);
        // Gates are no links of a chain.
        assert_eq!([0, 1, 2, 3, 4].map(|n| schedule.chain(n)), [2, 2, 1, 0, 0]);
        assert_eq!(schedule.succeeded(0), Vec::<usize>::new());
        assert_eq!(schedule.succeeded(1), [2]);
        assert_eq!(schedule.succeeded(2), [3]);
    }

    #[test]
    fn long_chains_need_no_deep_stack() {
        let steps: Vec<Step> =
            (0..200_000).map(|n: usize| step(&n.checked_sub(1).into_iter().collect::<Vec<_>>(), &[])).collect();
        assert_eq!(Schedule::of(&steps, &[]).chain(0), 199_999);
    }
}
