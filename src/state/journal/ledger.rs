//! The transitions of intents, the same for reading a journal and for appending to it.

use std::collections::BTreeMap;

use super::{Intent, Outcome, Record, Unfinished};

/// What the records so far amount to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Records so far.
    records: u64,
    run: Option<(String, u64)>,
    next_seq: u64,
    open: BTreeMap<u64, Entry>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    intent: Intent,
    run: String,
    serial: u64,
    created: Option<String>,
    /// With the number of the record.
    done: Option<(Outcome, u64)>,
}

impl Ledger {
    pub fn records(&self) -> u64 {
        self.records
    }

    /// A number that no intent has.
    pub fn reserve(&mut self) -> u64 {
        let seq = self.next_seq;
        self.next_seq = seq.saturating_add(1);
        seq
    }

    /// Takes a record; an illegal one changes nothing, and the error says why.
    pub fn apply(&mut self, record: &Record) -> Result<(), String> {
        let number = self.records + 1;
        let (run, serial) = match (&self.run, record) {
            (_, Record::Begin { run, serial, .. }) => (run.clone(), *serial),
            (Some((run, serial)), _) => (run.clone(), *serial),
            (None, _) => return Err("the first record must be the beginning of a run".into()),
        };
        match record {
            Record::Begin { .. } => self.run = Some((run, serial)),
            Record::Intent(intent) => {
                // Numbers are taken in order but reach the file in any order, so only those in use can be checked.
                if self.open.contains_key(&intent.seq) {
                    return Err(format!("there is an intent {} already", intent.seq));
                }
                self.next_seq = self.next_seq.max(intent.seq.saturating_add(1));
                let entry = Entry { intent: intent.clone(), run, serial, created: None, done: None };
                self.open.insert(intent.seq, entry);
            }
            Record::Created { seq, id } => {
                let entry = self.running(*seq)?;
                if entry.created.is_some() {
                    return Err(format!("intent {seq} has created its object already"));
                }
                entry.created = Some(id.clone());
            }
            Record::Done { seq, outcome } => self.running(*seq)?.done = Some((outcome.clone(), number)),
            Record::Saved { mark, .. } => {
                if *mark > self.records {
                    return Err(format!("the saved state covers {mark} records, but there are {}", self.records));
                }
                self.open.retain(|_, entry| entry.done.as_ref().is_none_or(|(_, at)| at > mark));
            }
        }
        self.records = number;
        Ok(())
    }

    fn running(&mut self, seq: u64) -> Result<&mut Entry, String> {
        match self.open.get_mut(&seq) {
            Some(entry) if entry.done.is_none() => Ok(entry),
            Some(_) => Err(format!("intent {seq} is done already")),
            None => Err(format!("there is no open intent {seq}")),
        }
    }

    pub fn is_settled(&self) -> bool {
        self.open.is_empty()
    }

    pub fn unfinished(&self) -> Vec<Unfinished> {
        let unfinished = |entry: &Entry| Unfinished {
            intent: entry.intent.clone(),
            run: entry.run.clone(),
            serial: entry.serial,
            created: entry.created.clone(),
            outcome: entry.done.as_ref().map(|(outcome, _)| outcome.clone()),
        };
        self.open.values().map(unfinished).collect()
    }
}
